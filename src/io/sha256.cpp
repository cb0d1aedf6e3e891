#include "io/sha256.h"

#include <fstream>
#include <vector>

#include "core/files.h"
#include "core/text.h"

#ifdef _WIN32
#include <windows.h>

#include <bcrypt.h>
#else
#include <openssl/evp.h>
#endif

namespace studio::io {
namespace {

constexpr std::size_t kDigestBytes = 32;

[[noreturn]] void library_failed() {
    throw Failure(internal_error("the system's SHA-256 is not available"));
}

}  // namespace

#ifdef _WIN32
struct Sha256::State {
    BCRYPT_ALG_HANDLE algorithm = nullptr;
    BCRYPT_HASH_HANDLE hash = nullptr;
    ~State() {
        if (hash != nullptr) BCryptDestroyHash(hash);
        if (algorithm != nullptr) BCryptCloseAlgorithmProvider(algorithm, 0);
    }
    void start() {
        if (BCryptOpenAlgorithmProvider(&algorithm, BCRYPT_SHA256_ALGORITHM, nullptr, 0) < 0) library_failed();
        if (BCryptCreateHash(algorithm, &hash, nullptr, 0, nullptr, 0, 0) < 0) library_failed();
    }
    void update(std::span<const std::byte> bytes) {
        while (!bytes.empty()) {  // lengths are 32 bits there
            const auto part = bytes.first(std::min<std::size_t>(bytes.size(), 1u << 30));
            auto* data = const_cast<PUCHAR>(reinterpret_cast<const UCHAR*>(part.data()));
            if (BCryptHashData(hash, data, static_cast<ULONG>(part.size()), 0) < 0) library_failed();
            bytes = bytes.subspan(part.size());
        }
    }
    void finish(unsigned char* digest) {
        if (BCryptFinishHash(hash, digest, kDigestBytes, 0) < 0) library_failed();
    }
};
#else
struct Sha256::State {
    EVP_MD_CTX* context = nullptr;
    ~State() { EVP_MD_CTX_free(context); }
    void start() {
        context = EVP_MD_CTX_new();
        if (context == nullptr || EVP_DigestInit_ex(context, EVP_sha256(), nullptr) != 1) library_failed();
    }
    void update(std::span<const std::byte> bytes) {
        if (EVP_DigestUpdate(context, bytes.data(), bytes.size()) != 1) library_failed();
    }
    void finish(unsigned char* digest) {
        unsigned int length = 0;
        if (EVP_DigestFinal_ex(context, digest, &length) != 1 || length != kDigestBytes) library_failed();
    }
};
#endif

Sha256::Sha256() : state_(std::make_unique<State>()) {
    state_->start();
}
Sha256::~Sha256() = default;

void Sha256::update(std::span<const std::byte> bytes) {
    if (!bytes.empty()) state_->update(bytes);
}

std::string Sha256::finish() {
    unsigned char digest[kDigestBytes] = {};
    state_->finish(digest);
    constexpr char kDigits[] = "0123456789abcdef";
    std::string out;
    for (const unsigned char byte : digest) {
        out += kDigits[byte >> 4];
        out += kDigits[byte & 15];
    }
    return out;
}

std::string sha256_hex(std::span<const std::byte> bytes) {
    Sha256 hash;
    hash.update(bytes);
    return hash.finish();
}

Result<std::string> sha256_file(const std::filesystem::path& path, std::stop_token stop) {
    STUDIO_TRY_VOID(require_regular_file(path));
    std::ifstream in(path, std::ios::binary);
    const std::string name = path_to_utf8(path);
    const auto unreadable = [&] {
        return Error{ErrorCode::kIo,
                     escape_for_display(name, 1000) + " cannot be read.",
                     name,
                     {},
                     "Check the permissions of the file and the disk.",
                     {}};
    };
    if (!in) return unreadable();
    Sha256 hash;
    std::vector<char> block(1u << 20);
    while (in.read(block.data(), static_cast<std::streamsize>(block.size())), in.gcount() > 0) {
        if (stop.stop_requested()) return cancelled();
        hash.update(std::as_bytes(std::span(block.data(), static_cast<std::size_t>(in.gcount()))));
    }
    if (in.bad()) return unreadable();
    return hash.finish();
}

}  // namespace studio::io
