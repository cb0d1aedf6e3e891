// ui/theme/motion.h - may things move by themselves? Some people get ill from it, and say so in their system's
// settings.
#pragma once
#include <QObject>
#include <QString>
#include <QVariant>

namespace studio::ui {

/// Whoever lets something move without being asked (loops, fades, a thumbnail that plays under the pointer) asks here
/// first. What a person starts, such as Play, always moves.
/// Threads   GUI thread.
class Motion : public QObject {
    Q_OBJECT
  public:
    enum class Wish { kSystem, kReduced, kFull };

    static Motion& instance();

    bool isReduced() const;
    void setWish(Wish wish);
    /// Ask the desktop, and be told when its setting changes; answered later, never waited for. Linux: the portal's
    /// org.freedesktop.appearance reduced-motion and GNOME's enable-animations. Windows: SPI_GETCLIENTAREAANIMATION.
    void followSystem();
    /// What the system said; for tests and followSystem().
    void setSystemReduced(bool is_reduced);

  Q_SIGNALS:
    void changed(bool is_reduced);

  private:
    Motion() = default;
    void update(bool was_reduced);
    void takeSetting(const QString& group, const QString& key, const QVariant& value);

    bool is_following_ = false;
    Wish wish_ = Wish::kSystem;
    bool is_system_reduced_ = false;
};

}  // namespace studio::ui
