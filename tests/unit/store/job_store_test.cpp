#include "store/job_store.h"

#include "store/sidecar.h"
#include "unit/store/store_fixture.h"

namespace studio::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST_F(StoreTest, WhatWasAddedIsThereAfterReopening) {
    const auto added = store_->add(draft("a cat \xE7\x8C\xAB \" ' % {} $(x); DROP TABLE jobs"));
    ASSERT_TRUE(added.ok());
    EXPECT_EQ(added->uid.size(), 32u);
    open();
    const auto found = store_->find(added->id).value();
    EXPECT_EQ(found.draft.prompt, "a cat \xE7\x8C\xAB \" ' % {} $(x); DROP TABLE jobs");
    EXPECT_EQ(found.draft.request["seed"], 7);
    EXPECT_EQ(found.state, JobState::kQueued);
    EXPECT_FALSE(store_->recovery().had_unclean_end);
}

TEST_F(StoreTest, RunsInOrderAndFrontGoesFirst) {
    add("one");
    add("two");
    add("zero", true);
    EXPECT_THAT(order(), ElementsAre("zero", "one", "two"));
    EXPECT_EQ(store_->next().value()->draft.prompt, "zero");
}

TEST_F(StoreTest, MovesBeforeAnotherAndToTheEnd) {
    const auto a = add("a"), b = add("b"), c = add("c");
    ASSERT_TRUE(store_->move(c, a).ok());
    EXPECT_THAT(order(), ElementsAre("c", "a", "b"));
    ASSERT_TRUE(store_->move(c, 0).ok());
    EXPECT_THAT(order(), ElementsAre("a", "b", "c"));
    ASSERT_TRUE(store_->move(a, c).ok());
    EXPECT_THAT(order(), ElementsAre("b", "a", "c"));
    EXPECT_EQ(store_->move(b, 999).error().code, ErrorCode::kInvalidArgument);
    EXPECT_EQ(store_->move(b, b).error().code, ErrorCode::kInvalidArgument);
    EXPECT_EQ(store_->move(999, b).error().code, ErrorCode::kNotFound);
    EXPECT_THAT(order(), ElementsAre("b", "a", "c"));
}

TEST_F(StoreTest, RunningJobStandsFirstAndCannotBeMovedChangedOrRemoved) {
    const auto a = add("a"), b = add("b");
    ASSERT_TRUE(store_->start(b).ok());
    EXPECT_THAT(order(), ElementsAre("b", "a"));
    for (const auto& refused :
         {store_->move(b, a), store_->change(b, draft("x")), store_->remove(b), store_->resume(b), store_->start(b)}) {
        ASSERT_FALSE(refused.ok());
        EXPECT_EQ(refused.error().code, ErrorCode::kInvalidArgument);
        EXPECT_FALSE(refused.error().fix.empty());
    }
    EXPECT_EQ(store_->find(b).value().draft.prompt, "b");
}

TEST_F(StoreTest, LifeOfAJob) {
    const auto id = add("a");
    ASSERT_TRUE(store_->start(id).ok());
    ASSERT_TRUE(store_->note_stage(id, "denoise").ok());
    ASSERT_TRUE(store_->note_latents(id, "/state/a.safetensors").ok());
    EXPECT_EQ(store_->find(id).value().stage, "denoise");
    EXPECT_EQ(store_->find(id).value().latents_path, "/state/a.safetensors");
    ASSERT_TRUE(store_->finish(id, "/out/a.mp4", 1234, {{"total_s", 2.5}}).ok());
    const auto done = store_->find(id).value();
    EXPECT_EQ(done.state, JobState::kFinished);
    EXPECT_EQ(done.output_bytes, 1234);
    EXPECT_EQ(done.result["total_s"], 2.5);
    EXPECT_TRUE(done.latents_path.empty());
    EXPECT_TRUE(done.started_ms && done.ended_ms);
    EXPECT_EQ(done.attempts, 1);
    EXPECT_THAT(order(), IsEmpty());
    EXPECT_FALSE(store_->finish(id, "/out/a.mp4", 1, nullptr).ok());
    EXPECT_FALSE(store_->cancel(id).ok());
}

TEST_F(StoreTest, FailedJobKeepsItsErrorAndCanBeTriedAgain) {
    const auto id = add("a");
    add("b");
    store_->start(id).value();
    store_->note_output(id, "/out/a.mp4").value();
    store_->fail(id, {{"code", "OutOfMemory"}, {"message", "m"}}, "/state/l.safetensors").value();
    EXPECT_EQ(store_->find(id).value().error["code"], "OutOfMemory");
    ASSERT_TRUE(store_->resume(id).ok());
    const auto again = store_->find(id).value();
    EXPECT_EQ(again.state, JobState::kQueued);
    EXPECT_TRUE(again.error.is_null());
    EXPECT_EQ(again.latents_path, "/state/l.safetensors");  // only the decode is to do
    EXPECT_THAT(order(), ElementsAre("b", "a"));
    EXPECT_EQ(store_->history_size().value(), 0);
}

TEST_F(StoreTest, ChangingAJobForgetsItsLatents) {
    const auto id = add("a");
    store_->start(id).value();
    store_->note_output(id, "/out/a.mp4").value();
    store_->fail(id, Json::object(), "/state/l.safetensors").value();
    store_->resume(id).value();
    ASSERT_TRUE(store_->change(id, draft("other")).ok());
    EXPECT_TRUE(store_->find(id).value().latents_path.empty());
    EXPECT_EQ(store_->find(id).value().draft.prompt, "other");
}

TEST_F(StoreTest, CancelWaitingAndDuplicateAndRemove) {
    const auto a = add("a");
    ASSERT_TRUE(store_->cancel(a).ok());
    EXPECT_THAT(order(), IsEmpty());
    const auto copy = store_->duplicate(a).value();
    EXPECT_NE(copy.id, a);
    EXPECT_NE(copy.uid, store_->find(a).value().uid);
    const auto uid = copy.uid;
    ASSERT_TRUE(std::filesystem::exists(sidecar_path(folder_, uid)));
    ASSERT_TRUE(store_->remove(copy.id).ok());
    EXPECT_FALSE(std::filesystem::exists(sidecar_path(folder_, uid)));
    EXPECT_EQ(store_->remove(copy.id).error().code, ErrorCode::kNotFound);
}

TEST_F(StoreTest, PauseSurvivesARestart) {
    EXPECT_FALSE(store_->is_paused());
    store_->set_paused(true).value();
    open();
    EXPECT_TRUE(store_->is_paused());
    store_->set_paused(false).value();
    open();
    EXPECT_FALSE(store_->is_paused());
}

TEST_F(StoreTest, OneOwner) {
    const auto second = JobStore::open(folder_, {});
    ASSERT_FALSE(second.ok());
    EXPECT_EQ(second.error().code, ErrorCode::kIo);
    EXPECT_THAT(second.error().message, testing::HasSubstr(std::to_string(::getpid())));
    EXPECT_THAT(second.error().file, testing::HasSubstr("owner.lock"));
    store_.reset();
    EXPECT_TRUE(JobStore::open(folder_, {}).ok());
}

TEST_F(StoreTest, FolderThatCannotBeWritten) {
    store_.reset();
    const auto file = folder_ / "file";
    std::FILE* f = std::fopen(file.c_str(), "w");
    std::fclose(f);
    const auto opened = JobStore::open(file / "below", {});
    ASSERT_FALSE(opened.ok());
    EXPECT_EQ(opened.error().code, ErrorCode::kIo);
    EXPECT_FALSE(opened.error().fix.empty());
}

}  // namespace
}  // namespace studio::store
