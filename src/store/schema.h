// store/schema.h - tables of the job database and how older files become this version.
#pragma once
#include "store/sqlite.h"

namespace studio::store {

constexpr int kSchemaVersion = 1;

/// Bring the database to kSchemaVersion, one version at a time, each in a transaction of its own: killed at any moment
/// it is of the old version or of the new one.
/// Errors   Unsupported: made by a newer program. Others as Database.
Result<void> migrate(const Database& database);

}  // namespace studio::store
