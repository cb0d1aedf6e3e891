// tests/unit/store/store_fixture.h - a store in a fresh folder that goes with the test.
#pragma once
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "store/job_store.h"

namespace studio::store {

class StoreTest : public testing::Test {
  protected:
    void SetUp() override {
        const auto* info = testing::UnitTest::GetInstance()->current_test_info();
        folder_ = std::filesystem::temp_directory_path() /
                  (std::string("studio-store-") + info->name() + "-" + std::to_string(::getpid()));
        std::filesystem::remove_all(folder_);
        open();
    }
    void TearDown() override {
        store_.reset();
        std::filesystem::remove_all(folder_);
    }

    void open(const JobStore::OutputCheck& is_complete = {}) {
        store_.reset();
        auto opened = JobStore::open(folder_, is_complete);
        ASSERT_TRUE(opened.ok()) << opened.error().message << " " << opened.error().file;
        store_ = std::move(*opened);
    }
    static JobDraft draft(const std::string& prompt, const std::string& model = "demo") {
        return {{{"prompt", prompt}, {"seed", 7}}, prompt, model};
    }
    std::int64_t add(const std::string& prompt, bool at_front = false) {
        return store_->add(draft(prompt), at_front).value().id;
    }
    std::int64_t add_finished(const std::string& prompt, const std::string& model = "demo") {
        const auto id = store_->add(draft(prompt, model)).value().id;
        store_->start(id).value();
        store_->note_output(id, "/out/" + prompt + ".mp4").value();
        store_->finish(id, "/out/" + prompt + ".mp4", 100, {{"total_s", 1.5}}).value();
        return id;
    }
    std::vector<std::string> order() const {
        std::vector<std::string> prompts;
        const auto records = store_->waiting().value();
        for (const auto& record : records)
            prompts.push_back(record.draft.prompt);
        return prompts;
    }

    std::filesystem::path folder_;
    std::unique_ptr<JobStore> store_;
};

}  // namespace studio::store
