#include "store/schema.h"

#include <fmt/format.h>

#include <array>

#include "core/text.h"

namespace studio::store {
namespace {

// ended_order counts ends of jobs: history is sorted by it and not by a clock that may jump.
constexpr const char* kVersion1 = R"sql(
CREATE TABLE jobs (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    uid          TEXT NOT NULL UNIQUE,
    state        INTEGER NOT NULL,
    position     INTEGER NOT NULL,
    request      TEXT NOT NULL,
    prompt       TEXT NOT NULL,
    model        TEXT NOT NULL,
    created_ms   INTEGER NOT NULL,
    started_ms   INTEGER,
    ended_ms     INTEGER,
    ended_order  INTEGER,
    attempts     INTEGER NOT NULL DEFAULT 0,
    stage        TEXT NOT NULL DEFAULT '',
    output_path  TEXT NOT NULL DEFAULT '',
    output_bytes INTEGER NOT NULL DEFAULT 0,
    latents_path TEXT NOT NULL DEFAULT '',
    error        TEXT NOT NULL DEFAULT '',
    result       TEXT NOT NULL DEFAULT '',
    starred      INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX jobs_waiting ON jobs (state, position);
CREATE INDEX jobs_ended ON jobs (ended_order) WHERE ended_order IS NOT NULL;
CREATE TABLE facts (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
)sql";

constexpr std::array<const char*, kSchemaVersion> kSteps{kVersion1};

Result<int> version_of(const Database& database) {
    STUDIO_TRY(statement, database.prepare("PRAGMA user_version"));
    STUDIO_TRY(has_row, statement.step());
    return has_row ? static_cast<int>(statement.integer(0)) : 0;
}

}  // namespace

Result<void> migrate(const Database& database) {
    for (;;) {
        STUDIO_TRY(transaction, Transaction::begin(database));  // the version is read under the write lock
        STUDIO_TRY(version, version_of(database));
        if (version == kSchemaVersion) return {};
        if (version > kSchemaVersion || version < 0) {
            return Error{
                ErrorCode::kUnsupported,
                fmt::format("The database of jobs was made by a newer version of this program (format {}, this "
                            "version reads {}).",
                            version, kSchemaVersion),
                path_to_utf8(database.path()),
                "user_version",
                "Install the newer version, or start with another data folder (--data-root).",
                {}};
        }
        STUDIO_TRY_VOID(database.execute(kSteps[static_cast<std::size_t>(version)]));
        STUDIO_TRY_VOID(database.execute(fmt::format("PRAGMA user_version = {}", version + 1)));
        STUDIO_TRY_VOID(transaction.commit());
    }
}

}  // namespace studio::store
