// ui/models/job_roles.h - what a list of jobs tells beside the standard roles; queue and history share the delegate.
#pragma once
#include <Qt>

namespace studio::ui {

enum JobRole {
    kStateRole = Qt::UserRole + 1,  // int(store::JobState)
    kDetailRole,                    // QString: the second line
    kIdRole,                        // quint64
    kIsRunningRole,                 // bool
    kFractionRole,                  // double, of the running job
    kPathRole,                      // QString: the video
    kIsStarredRole,                 // bool
    kIsMissingRole,                 // bool: the video is gone
};

}  // namespace studio::ui
