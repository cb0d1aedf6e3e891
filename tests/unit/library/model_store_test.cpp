// Names, lists of files, settings and plans behind `models add|remove|download`; the whole of it runs in tests/e2e.
#include "library/model_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "core/json.h"
#include "core/platform.h"
#include "core/text.h"
#include "io/sha256.h"
#include "library/catalog.h"
#include "library/download_settings.h"
#include "library/model_download.h"
#include "library/model_hashes.h"
#include "library/model_manifest.h"
#include "library/model_places.h"
#include "library/published_files.h"
#include "support/environment.h"
#include "support/temp_folder.h"

namespace studio {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class Store : public ::testing::Test {
  protected:
    void SetUp() override { set_environment("STUDIO_HOME", path_to_utf8(folder.path())); }
    void TearDown() override {
        for (const char* const name : {"STUDIO_HOME", "STUDIO_MODELS", "STUDIO_CATALOG", "HF_ENDPOINT", "HF_TOKEN",
                                       "STUDIO_CA_FILE", "SSL_CERT_FILE"})
            set_environment(name, "");
    }
    void write_settings(const std::string& text) const {
        fs::create_directories(folder / "config");
        std::ofstream(folder / "config" / "downloads.json") << text;
    }
    const test::TempFolder folder;
};

TEST_F(Store, NamesAreSafeOnEverySystem) {
    for (const char* const name : {"wan", "TurboWan2.1-T2V-1.3B-480P", "日本語", "a b", "com0", "console"})
        EXPECT_TRUE(check_model_name(name).ok()) << name;
    for (const std::string& name :
         {std::string(), std::string("demo"), std::string("parts"), std::string(".hidden"), std::string("-x"),
          std::string("a/b"), std::string("a\\b"), std::string("a:b"), std::string(".."), std::string("nul"),
          std::string("COM1.x"), std::string("a."), std::string("a "), std::string("a\nb"), std::string("a\0b", 3),
          std::string("\xff"), std::string("a\u202Eb"), std::string(200, 'x')}) {
        const auto checked = check_model_name(name);
        ASSERT_FALSE(checked.ok()) << escape_for_display(name);
        EXPECT_EQ(checked.error().code, ErrorCode::kInvalidArgument);
        EXPECT_EQ(checked.error().field, "--name");
        EXPECT_FALSE(checked.error().fix.empty());
    }
}

TEST_F(Store, PlacesAreKeptInOrderAndForgotten) {
    ASSERT_TRUE(register_model({"b", folder / "b"}).ok());
    ASSERT_TRUE(register_model({"a", folder / "a"}).ok());
    EXPECT_EQ(register_model({"a", folder / "c"}).error().field, "--name");
    ASSERT_EQ(registered_models().size(), 2u);
    EXPECT_EQ(registered_models()[0].name, "b");
    EXPECT_TRUE(forget_model("b").value());
    EXPECT_FALSE(forget_model("b").value());
    EXPECT_EQ(registered_models()[0].path, folder / "a");
    EXPECT_FALSE(fs::exists(folder / "data" / "models.json.lock"));
    // A damaged list is no reason to stop, and entries of a strange kind are left out.
    for (const char* const text :
         {"", "nonsense", "[]", "{\"models\":3}",
          "{\"models\":[1,{\"name\":2,\"path\":\"/x\"},{\"name\":\"n\",\"path\":\"relative\"}]}"}) {
        std::ofstream(folder / "data" / "models.json") << text;
        EXPECT_TRUE(registered_models().empty()) << text;
    }
}

TEST_F(Store, ListsOfFilesStayInTheirModel) {
    const fs::path root = folder / "models", model = root / "mine";
    fs::create_directories(model / "vae");
    fs::create_directories(root / "other");
    fs::create_directory_symlink(root / "other", model / "link");
    EXPECT_FALSE(read_manifest(model).value().has_value());
    ASSERT_TRUE(
        write_manifest(
            model, {"catalogue", {{model / "vae" / "x.pth", 3, "abc"}, {root / "parts" / "o" / "r" / "y.pth", 4, ""}}})
            .ok());
    auto manifest = read_manifest(model).value();
    ASSERT_TRUE(manifest);
    ASSERT_EQ(manifest->files.size(), 2u);
    EXPECT_EQ(manifest->files[0].path, model / "vae" / "x.pth");
    EXPECT_EQ(manifest->files[0].size, 3u);
    EXPECT_EQ(manifest->files[0].sha256, "abc");
    const Json files = Json::array({{{"path", "mine/ok"}},
                                    {{"path", "other/x"}},
                                    {{"path", "../x"}},
                                    {{"path", "/etc/passwd"}},
                                    {{"path", "mine/../other/x"}},
                                    {{"path", "mine/link/x"}},
                                    {{"path", "mine"}},
                                    {{"path", "parts"}},
                                    {{"path", ""}},
                                    {{"path", "mine/.."}},
                                    7});
    std::ofstream(manifest_path(model)) << Json{{"version", 1}, {"files", files}}.dump();
    manifest = read_manifest(model).value();
    ASSERT_EQ(manifest->files.size(), 1u);
    EXPECT_EQ(manifest->files[0].path, model / "ok");
    std::ofstream(manifest_path(model)) << "{\"files\":3}";
    EXPECT_EQ(read_manifest(model).error().code, ErrorCode::kCorruptFile);
}

TEST_F(Store, SettingsComeFromFileEnvironmentAndArguments) {
    EXPECT_EQ(download_settings()->mirror, "https://huggingface.co");
    write_settings(
        R"({"mirror":"https://file.example/","parallel":3,"allowed_hosts":["a.example"],"stall_seconds":1.5,"ca_file":"/ca.pem"})");
    auto settings = download_settings();
    ASSERT_TRUE(settings.ok()) << settings.error().message;
    EXPECT_EQ(settings->mirror, "https://file.example");
    EXPECT_EQ(settings->parallel, 3);
    EXPECT_EQ(settings->stall_seconds, 1.5);
    EXPECT_EQ(settings->allowed_hosts, std::vector<std::string>{"a.example"});
    set_environment("HF_ENDPOINT", "https://environment.example");
    set_environment("STUDIO_CA_FILE", "/other.pem");
    set_environment("HF_TOKEN", "hf_x");
    settings = download_settings();
    EXPECT_EQ(settings->mirror, "https://environment.example");
    EXPECT_EQ(settings->ca_file, "/other.pem");
    EXPECT_EQ(settings->token, "hf_x");
    const DownloadPreferences chosen{"https://settings.example", "http://settings.example:8080", true};
    EXPECT_EQ(download_settings("", "", chosen)->mirror, "https://settings.example");
    EXPECT_EQ(download_settings("", "", chosen)->proxy, "http://settings.example:8080");
    EXPECT_TRUE(download_settings("", "", chosen)->is_offline);
    EXPECT_EQ(download_settings("", "", {"ftp://x", "", false}).error().field, "downloads.mirror");
    EXPECT_EQ(download_settings("https://argument.example", "", chosen)->mirror, "https://argument.example");
    EXPECT_EQ(download_settings("https://argument.example")->mirror, "https://argument.example");
    EXPECT_EQ(download_settings("", "socks5h://127.0.0.1:1080")->proxy, "socks5h://127.0.0.1:1080");
    EXPECT_EQ(download_settings("http://plain.example").error().field, "--mirror");
    EXPECT_EQ(download_settings("", "127.0.0.1:8080").error().field, "--proxy");
    set_environment("HF_ENDPOINT", "ftp://x");
    EXPECT_EQ(download_settings().error().field, "HF_ENDPOINT");
    set_environment("HF_ENDPOINT", "");
    set_environment("HF_TOKEN", "hf_x\r\nX-Evil: 1");
    EXPECT_EQ(download_settings().error().field, "HF_TOKEN");
}

TEST_F(Store, WrongSettingsAreNamed) {
    for (const auto& [text, field] :
         {std::pair(R"({"parallel":0})", "parallel"), std::pair(R"({"parallel":1.5})", "parallel"),
          std::pair(R"({"proxy":3})", "proxy"), std::pair(R"({"allowed_hosts":["a",1]})", "allowed_hosts"),
          std::pair(R"({"stall_seconds":"1"})", "stall_seconds"), std::pair(R"({"reserve_mb":-1})", "reserve_mb"),
          std::pair(R"({"mirorr":"https://x"})", "mirorr"), std::pair("[]", ""), std::pair("{", "")}) {
        write_settings(text);
        const auto settings = download_settings();
        ASSERT_FALSE(settings.ok()) << text;
        EXPECT_EQ(settings.error().code, ErrorCode::kCorruptFile) << text;
        EXPECT_EQ(settings.error().field, field) << text;
        EXPECT_THAT(settings.error().file, HasSubstr("downloads.json"));
        EXPECT_FALSE(settings.error().fix.empty());
    }
}

Catalog small_catalog() {
    const char* const text = R"({"version":1,"files":[
        {"id":"vae","role":"vae","repo":"Org/Repo","path":"sub/vae.pth","size":10,"sha256":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","licence":"Apache-2.0"},
        {"id":"dit","role":"dit","repo":"Org/Repo","path":"dit.pth","size":100,"needs":["vae"],"licence":"MIT"}],"models":[]})";
    return parse_catalog(text, "test").value();
}

TEST_F(Store, PlansHoldEachFileOnceWithWhatItNeeds) {
    const Catalog catalog = small_catalog();
    const auto plan = plan_download(catalog, {"dit", "vae", "dit"});
    ASSERT_TRUE(plan.ok()) << plan.error().message;
    ASSERT_EQ(plan->files.size(), 2u);
    EXPECT_EQ(plan->files[0].target, folder / "data" / "models" / "parts" / "Org" / "Repo" / "dit.pth");
    EXPECT_EQ(plan->total, 110u);
    EXPECT_EQ(plan->missing, 110u);
    EXPECT_EQ(plan->licences, (std::vector<std::string>{"Apache-2.0", "MIT"}));
    fs::create_directories(plan->files[0].target.parent_path());
    std::ofstream(path_to_utf8(plan->files[0].target) + ".part") << "0123456789";
    EXPECT_EQ(plan_download(catalog, {"dit"})->missing, 100u);
    const auto unknown = plan_download(catalog, {"diit"});
    ASSERT_FALSE(unknown.ok());
    EXPECT_EQ(unknown.error().field, "NAME");
    EXPECT_THAT(unknown.error().fix, HasSubstr("dit"));
}

TEST_F(Store, CataloguesThatLeaveTheFolderAreRefused) {
    const auto with = [](const std::string& key, const Json& value) {
        Json file = {{"id", "vae"}, {"role", "vae"}, {"repo", "Org/Repo"}, {"path", "vae.pth"}};
        file[key] = value;
        return parse_catalog(Json{{"version", 1}, {"files", {file}}, {"models", Json::array()}}.dump(), "test");
    };
    EXPECT_TRUE(with("size", 3).ok());
    for (const auto& [key, value] : std::vector<std::pair<std::string, Json>>{{"path", "../x"},
                                                                              {"path", "/x"},
                                                                              {"path", "a//b"},
                                                                              {"path", "a\\b"},
                                                                              {"path", "C:x"},
                                                                              {"path", ""},
                                                                              {"repo", "../.."},
                                                                              {"url", "http://x"},
                                                                              {"url", 3},
                                                                              {"sha256", "abc"},
                                                                              {"size", -1},
                                                                              {"size", "3"},
                                                                              {"id", "UPPER"},
                                                                              {"id", ""},
                                                                              {"needs", {"nobody"}},
                                                                              {"surprise", 1},
                                                                              {"role", 3}}) {
        const auto catalog = with(key, value);
        ASSERT_FALSE(catalog.ok()) << key << " " << value.dump();
        EXPECT_EQ(catalog.error().code, ErrorCode::kCorruptFile);
        EXPECT_FALSE(catalog.error().fix.empty());
    }
}

TEST_F(Store, AChangedFileIsNoticedByItsKnownHash) {
    const fs::path file = folder / "somewhere" / "Org" / "Repo" / "sub" / "vae.pth";
    fs::create_directories(file.parent_path());
    std::ofstream(file) << "0123456789";
    const std::string catalog_text =
        R"({"version":1,"files":[{"id":"vae","role":"vae","repo":"Org/Repo","path":"sub/vae.pth","size":10,"sha256":"HASH"}],"models":[]})";
    const auto use_hash = [&](std::string hash) {
        std::string text = catalog_text;
        text.replace(text.find("HASH"), 4, hash);
        std::ofstream(folder / "catalog.json") << text;
        set_environment("STUDIO_CATALOG", path_to_utf8(folder / "catalog.json"));
    };
    use_hash(std::string(64, 'a'));
    ModelHashes hashes;
    EXPECT_TRUE(changed_file_notices({file}, folder / "somewhere", hashes).empty());  // not hashed, so nothing is known
    const auto hash = hashes.hash(file);
    ASSERT_TRUE(hash.ok());
    const auto notices = changed_file_notices({file}, folder / "somewhere", hashes);
    ASSERT_EQ(notices.size(), 1u);
    EXPECT_THAT(notices[0], HasSubstr("not the published file"));
    // Without the repository in the path, a name that many files have or another size says nothing.
    fs::create_directories(folder / "other" / "sub");
    for (const auto& [name, text, count] :
         {std::tuple("vae.pth", "9876543210", 1), std::tuple("vae.pth", "short", 0)}) {
        const fs::path other = folder / "other" / "sub" / name;
        std::ofstream(other) << text;
        hashes.remember(other, io::sha256_hex(std::as_bytes(std::span(std::string_view(text)))));
        EXPECT_EQ(changed_file_notices({other}, folder / "other", hashes).size(), static_cast<std::size_t>(count))
            << text;
    }
    use_hash(*hash);
    EXPECT_TRUE(changed_file_notices({file}, folder / "somewhere", hashes).empty());
}

}  // namespace
}  // namespace studio
