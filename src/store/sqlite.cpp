#include "store/sqlite.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include "core/text.h"

namespace studio::store {

void Statement::Finalize::operator()(sqlite3_stmt* statement) const noexcept {
    sqlite3_finalize(statement);
}

Statement& Statement::bind(std::int64_t value) {
    bind_error_ |= sqlite3_bind_int64(statement_.get(), next_++, value);
    return *this;
}

Statement& Statement::bind(double value) {
    bind_error_ |= sqlite3_bind_double(statement_.get(), next_++, value);
    return *this;
}

Statement& Statement::bind(std::string_view text) {
    // A null pointer would bind NULL; an empty text is not nothing.
    const char* data = text.data() == nullptr ? "" : text.data();
    bind_error_ |= sqlite3_bind_text64(statement_.get(), next_++, data, text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
    return *this;
}

Statement& Statement::bind(std::nullptr_t) {
    bind_error_ |= sqlite3_bind_null(statement_.get(), next_++);
    return *this;
}

Result<bool> Statement::step() {
    if (bind_error_ != SQLITE_OK) return database_->error(bind_error_, "passing a value to");
    const int code = sqlite3_step(statement_.get());
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    return database_->error(code, "reading or writing");
}

Result<void> Statement::run() {
    for (;;) {
        STUDIO_TRY(has_row, step());
        if (!has_row) return {};
    }
}

void Statement::reset() {
    sqlite3_reset(statement_.get());
    sqlite3_clear_bindings(statement_.get());
    next_ = 1;
    bind_error_ = SQLITE_OK;
}

bool Statement::is_null(int column) const {
    return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

std::int64_t Statement::integer(int column) const {
    return sqlite3_column_int64(statement_.get(), column);
}

double Statement::number(int column) const {
    return sqlite3_column_double(statement_.get(), column);
}

std::string Statement::text(int column) const {
    const auto* bytes = sqlite3_column_text(statement_.get(), column);
    const int size = sqlite3_column_bytes(statement_.get(), column);
    return bytes == nullptr ? std::string() : std::string(reinterpret_cast<const char*>(bytes), std::size_t(size));
}

Error Database::error(int code, std::string_view doing) const {
    Error error;
    error.file = path_to_utf8(path_);
    const std::string reason = handle_ != nullptr ? sqlite3_errmsg(handle_) : sqlite3_errstr(code);
    switch (code & 0xff) {
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            error.code = ErrorCode::kCorruptFile;
            error.message = fmt::format("The database of jobs is damaged ({}).", reason);
            error.fix = "It is set aside and rebuilt at the next start; videos are not touched.";
            return error;
        case SQLITE_FULL:
            error.code = ErrorCode::kIo;
            error.message = "The disk with the database of jobs is full.";
            error.fix = "Free some space; until then nothing new can be queued.";
            return error;
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            error.code = ErrorCode::kIo;
            error.message = "Another program keeps the database of jobs locked.";
            error.fix = "Close the other program (a backup or a second window), then try again.";
            return error;
        case SQLITE_READONLY:
        case SQLITE_CANTOPEN:
        case SQLITE_PERM:
            error.code = ErrorCode::kIo;
            error.message = fmt::format("The database of jobs cannot be opened for writing ({}).", reason);
            error.fix = "Check that its folder exists and that you may write there.";
            return error;
        case SQLITE_NOMEM:
            error.code = ErrorCode::kOutOfMemory;
            error.message = "Not enough memory for the database of jobs.";
            error.fix = "Close other programs.";
            return error;
        default:
            error.code = ErrorCode::kIo;
            error.message = fmt::format("An error occurred while {} the database of jobs: {}.", doing, reason);
            error.fix = "Check the disk; the log has details.";
            return error;
    }
}

Result<std::unique_ptr<Database>> Database::open(const std::filesystem::path& path, int busy_wait_ms) {
    sqlite3* handle = nullptr;
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    const int code = sqlite3_open_v2(path_to_utf8(path).c_str(), &handle, flags, nullptr);
    std::unique_ptr<Database> database(new Database(handle, path));
    if (code != SQLITE_OK) return database->error(code, "opening");
    sqlite3_busy_timeout(handle, busy_wait_ms);
    // Hostile files: no functions in the schema, strict bounds checks of every page that is read.
    sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    STUDIO_TRY_VOID(
        database->execute("PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA "
                          "cell_size_check = ON;"));
    return database;
}

Database::~Database() {
    sqlite3_close_v2(handle_);
}

Result<Statement> Database::prepare(std::string_view sql) const {
    sqlite3_stmt* statement = nullptr;
    const int code = sqlite3_prepare_v2(handle_, sql.data(), static_cast<int>(sql.size()), &statement, nullptr);
    if (code != SQLITE_OK) return error(code, "preparing a query of");
    return Statement(*this, statement);
}

Result<void> Database::execute(const std::string& sql) const {
    const int code = sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) return error(code, "changing");
    return {};
}

std::int64_t Database::last_insert_id() const {
    return sqlite3_last_insert_rowid(handle_);
}

std::int64_t Database::changed_rows() const {
    return sqlite3_changes64(handle_);
}

Result<void> Database::check() const {
    STUDIO_TRY(statement, prepare("PRAGMA quick_check(1)"));
    STUDIO_TRY(has_row, statement.step());
    if (has_row && statement.text(0) == "ok") return {};
    Error damaged = error(SQLITE_CORRUPT, "checking");
    damaged.message = fmt::format("The database of jobs is damaged ({}).", has_row ? statement.text(0) : "no answer");
    return damaged;
}

Result<Transaction> Transaction::begin(const Database& database) {
    // IMMEDIATE takes the write lock now: a read transaction that wants to write later can only fail.
    STUDIO_TRY_VOID(database.execute("BEGIN IMMEDIATE"));
    return Transaction(database);
}

Result<void> Transaction::commit() {
    STUDIO_TRY_VOID(database_->execute("COMMIT"));
    database_ = nullptr;
    return {};
}

Transaction::~Transaction() {
    if (database_ != nullptr) static_cast<void>(database_->execute("ROLLBACK"));
}

}  // namespace studio::store
