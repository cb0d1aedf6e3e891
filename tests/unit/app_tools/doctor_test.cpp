#include "app/doctor.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "app/gpu_driver.h"
#include "app/native.h"
#include "core/text.h"

namespace studio {
namespace {

namespace fs = std::filesystem;

const Finding* find(const DoctorReport& report, const std::string& key) {
    const auto found =
        std::find_if(report.findings.begin(), report.findings.end(), [&](const Finding& f) { return f.key == key; });
    return found == report.findings.end() ? nullptr : &*found;
}

DoctorReport quick(const fs::path& outputs) {
    DoctorOptions options;
    options.with_self_test = false;
    options.output_folder = outputs;
    return examine(options);
}

TEST(Doctor, FindsEverythingOnAGoodMachine) {
    const DoctorReport report = quick(fs::temp_directory_path());
    for (const char* const key : {"system", "processor", "memory", "gpu", "libraries", "folder.outputs", "folder.data",
                                  "folder.config", "folder.state", "demo_model"}) {
        const Finding* const finding = find(report, key);
        ASSERT_NE(finding, nullptr) << key;
        EXPECT_FALSE(finding->value.empty()) << key;
        EXPECT_NE(finding->status, Finding::Status::kProblem) << key << ": " << finding->value;
    }
    EXPECT_TRUE(report.is_healthy());
    EXPECT_EQ(to_json(report)["healthy"], true);
    EXPECT_GT(find(report, "memory")->data["total_bytes"].get<std::uint64_t>(), 0u);
    EXPECT_GE(find(report, "processor")->data["cores"].get<int>(), 1);
}

TEST(Doctor, AFolderThatIsAFileIsAProblemWithAFix) {
    const DoctorReport report = quick(fs::path(STUDIO_SOURCE_DIR) / "CMakeLists.txt");
    const Finding* const outputs = find(report, "folder.outputs");
    ASSERT_NE(outputs, nullptr);
    EXPECT_EQ(outputs->status, Finding::Status::kProblem);
    EXPECT_FALSE(outputs->fix.empty());
    EXPECT_FALSE(report.is_healthy());
}

TEST(Doctor, AFolderToBeMadeIsJudgedByItsParentAndLeavesNothing) {
    const fs::path parent = fs::temp_directory_path() / "studio-doctor-test";
    fs::remove_all(parent);
    fs::create_directories(parent);
    const DoctorReport report = quick(parent / "a" / "b");
    EXPECT_EQ(find(report, "folder.outputs")->status == Finding::Status::kProblem, false);
    EXPECT_EQ(find(report, "folder.outputs")->data["exists"], false);
    EXPECT_TRUE(fs::is_empty(parent));
    fs::remove_all(parent);
}

TEST(Doctor, GpuIsFoundOrExplained) {
    const GpuDriver driver = look_for_gpu_driver();
    if (driver.devices.empty())
        EXPECT_FALSE(driver.reason.empty());
    else
        EXPECT_FALSE(driver.devices[0].name.empty());
}

TEST(Native, MissingLibraryHasAReasonAndNoSymbols) {
    const native::OptionalLibrary library("libstudio-that-does-not-exist.so.1");
    EXPECT_FALSE(library.is_open());
    EXPECT_FALSE(library.reason().empty());
    EXPECT_EQ(library.symbol("x"), nullptr);
}

TEST(Native, ListsLoadedLibraries) {
    const auto libraries = native::loaded_libraries();
    EXPECT_TRUE(std::any_of(libraries.begin(), libraries.end(), [](const fs::path& p) {
        return path_to_utf8(p.filename()).find("fmt") != std::string::npos;
    }));
}

}  // namespace
}  // namespace studio
