// store/sqlite.h - the little of SQLite that this program needs: a connection, statements, transactions, errors as
// values.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace studio::store {

class Database;

/// One prepared statement. Bind in order from 1, then step() until it says false; reset() to run it again.
class Statement {
  public:
    Statement(Statement&&) noexcept = default;
    Statement& operator=(Statement&&) noexcept = default;

    Statement& bind(std::int64_t value);
    Statement& bind(double value);
    Statement& bind(std::string_view text);
    Statement& bind(std::nullptr_t);
    template <class T>
    Statement& bind(const std::optional<T>& value) {
        return value ? bind(*value) : bind(nullptr);
    }

    /// True: a row is there. False: done.   Errors: see Database.
    Result<bool> step();
    /// step() to the end, ignoring rows.
    Result<void> run();
    void reset();

    bool is_null(int column) const;
    std::int64_t integer(int column) const;
    double number(int column) const;
    std::string text(int column) const;

  private:
    friend class Database;
    struct Finalize {
        void operator()(sqlite3_stmt* statement) const noexcept;
    };
    Statement(const Database& database, sqlite3_stmt* statement) : database_(&database), statement_(statement) {}

    const Database* database_;
    std::unique_ptr<sqlite3_stmt, Finalize> statement_;
    int next_ = 1;
    int bind_error_ = 0;
};

/// A connection with a rollback journal and full synchronisation: what a commit returned for survives a power cut.
/// Errors   CorruptFile (damaged, or no database), Io (disk full, no permission, in use by another program, failed
///          write), Unsupported (made by a newer version of this program). All name the file.
/// Threads  one at a time.
class Database {
  public:
    /// Creates the file when it is missing. Waits up to `busy_wait_ms` for another program that holds it.
    static Result<std::unique_ptr<Database>> open(const std::filesystem::path& path, int busy_wait_ms = 5000);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    Result<Statement> prepare(std::string_view sql) const;
    /// One or several statements without parameters or rows.
    Result<void> execute(const std::string& sql) const;
    std::int64_t last_insert_id() const;
    std::int64_t changed_rows() const;  // by the last statement
    /// Cheap structural check (PRAGMA quick_check).
    Result<void> check() const;
    const std::filesystem::path& path() const { return path_; }

    /// The error behind the last failed call.
    Error error(int code, std::string_view doing) const;

  private:
    Database(sqlite3* handle, std::filesystem::path path) : handle_(handle), path_(std::move(path)) {}
    sqlite3* handle_;
    std::filesystem::path path_;
};

/// Everything between begin() and commit(), or nothing: the destructor rolls back.
class Transaction {
  public:
    static Result<Transaction> begin(const Database& database);
    Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
    Transaction& operator=(Transaction&&) = delete;
    ~Transaction();
    Result<void> commit();

  private:
    explicit Transaction(const Database& database) : database_(&database) {}
    const Database* database_;
};

}  // namespace studio::store
