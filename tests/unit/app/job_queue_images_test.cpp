// Pictures of jobs in the durable queue: a job has its own copy from the moment it is stored until it is removed. The
// model is the two-expert golden with the small parts of the text-to-video one.
#include <gtest/gtest.h>

#include <mutex>

#include "app/queue_client.h"
#include "core/event_queue.h"
#include "core/files.h"
#include "core/text.h"
#include "support/temp_folder.h"

namespace studio {
namespace {

namespace fs = std::filesystem;
const fs::path kGolden = fs::path(STUDIO_TEST_DATA) / "golden/pipelines";

/// Takes jobs and never ends one.
class WaitingEngine final : public EngineClient {
  public:
    Result<JobId> submit(const GenerationRequest&) override { return JobId(1); }
    void cancel(JobId) override {}
    void free_memory() override {}
    void set_unload_after(double) override {}
    std::vector<Event> take_events() override { return events_.drain(); }
    void set_wakeup(std::function<void()> wakeup) override { events_.set_wakeup(std::move(wakeup)); }
    void shutdown() override {}

  private:
    EventQueue<Event> events_;
};

class JobQueueImages : public testing::Test {
  protected:
    void SetUp() override {
        auto queue = make_queue(folder_ / "data", std::make_unique<WaitingEngine>());
        ASSERT_TRUE(queue.ok()) << queue.error().message;
        queue_ = std::move(*queue);
        ASSERT_TRUE(queue_->set_paused(true).ok());
    }
    GenerationRequest request(const std::string& picture) {
        GenerationRequest r;
        r.model = path_to_utf8(kGolden / "i2v22_a14b");
        r.vae = path_to_utf8(kGolden / "t2v/vae");
        r.text_encoder = path_to_utf8(kGolden / "t2v/text_encoder");
        r.tokenizer = path_to_utf8(kGolden / "t2v/tokenizer");
        r.prompt = "a red fox";
        r.num_frames = 5;
        r.device = "cpu";
        r.precision = "fp32";
        r.output = path_to_utf8(folder_.path());
        r.image = path_to_utf8(folder_ / picture);
        return r;
    }
    fs::path picture(const std::string& name, char shade) {
        std::string file("BM\0\0\0\0\0\0\0\0\66\0\0\0\50\0\0\0\40\0\0\0\40\0\0\0\1\0\30\0", 30);
        file += std::string(24, '\0') + std::string(32 * 32 * 3, shade);
        return folder_.write(name, file);
    }
    std::string image_of(JobId id) { return queue_->find(id)->draft.request.value("image", ""); }
    JobId submit(const GenerationRequest& r) {
        auto id = queue_->submit(r);
        EXPECT_TRUE(id.ok()) << id.error().message;
        return id.ok() ? *id : 0;
    }
    bool is_copied(const std::string& path) {
        std::error_code ec;
        return fs::exists(path_from_utf8(path), ec) && path.find("images") != std::string::npos;
    }

    test::TempFolder folder_;
    std::unique_ptr<QueueClient> queue_;
};

TEST_F(JobQueueImages, AJobKeepsItsPictureUntilTheLastOneIsRemoved) {
    const fs::path file = picture("fox.bmp", 90);
    const JobId a = submit(request("fox.bmp")), b = submit(request("fox.bmp"));
    const std::string kept = image_of(a);
    EXPECT_TRUE(is_copied(kept)) << kept;
    EXPECT_EQ(image_of(b), kept);
    fs::remove(file);
    EXPECT_TRUE(is_copied(kept));
    EXPECT_TRUE(queue_->duplicate(a).ok());
    ASSERT_TRUE(queue_->remove(a).ok());
    EXPECT_TRUE(is_copied(kept)) << "b needs it";
    ASSERT_TRUE(queue_->remove(b).ok());
    EXPECT_TRUE(is_copied(kept)) << "the duplicate needs it";
    ASSERT_TRUE(queue_->remove(JobId(queue_->waiting()->front().id)).ok());
    EXPECT_FALSE(is_copied(kept));
}

TEST_F(JobQueueImages, AnotherPictureForAWaitingJobReplacesTheFirst) {
    picture("fox.bmp", 90);
    picture("cat.bmp", 20);
    const JobId id = submit(request("fox.bmp"));
    const std::string first = image_of(id);
    ASSERT_TRUE(queue_->change(id, request("cat.bmp")).ok());
    EXPECT_FALSE(is_copied(first));
    EXPECT_TRUE(is_copied(image_of(id)));
    queue_->cancel(id);
    EXPECT_TRUE(is_copied(image_of(id))) << "a cancelled job can be resumed";
}

TEST_F(JobQueueImages, WithoutRoomForTheCopyTheJobIsRefused) {
    picture("fox.bmp", 90);
    folder_.write("data/images", "a file in its place");
    const auto refused = queue_->submit(request("fox.bmp"));
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().field, "image");
    EXPECT_TRUE(queue_->waiting()->empty());
}

}  // namespace
}  // namespace studio
