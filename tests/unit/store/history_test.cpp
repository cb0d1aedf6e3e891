#include "store/job_store.h"
#include "unit/store/store_fixture.h"

namespace studio::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class HistoryTest : public StoreTest {
  protected:
    std::vector<std::string> prompts(const HistoryQuery& query) const {
        std::vector<std::string> found;
        const auto found_rows = store_->history(query).value();
        for (const auto& record : found_rows)
            found.push_back(record.draft.prompt);
        return found;
    }
};

TEST_F(HistoryTest, NewestFirstInPages) {
    for (const char* prompt : {"a", "b", "c", "d", "e"})
        add_finished(prompt);
    HistoryQuery query;
    query.limit = 2;
    const auto first = store_->history(query).value();
    EXPECT_THAT(prompts(query), ElementsAre("e", "d"));
    query.before_id = first.back().id;
    EXPECT_THAT(prompts(query), ElementsAre("c", "b"));
    query.before_id = store_->history(query).value().back().id;
    EXPECT_THAT(prompts(query), ElementsAre("a"));
}

TEST_F(HistoryTest, JobsOfAGroupAreFoundByIt) {
    for (const char* group : {"sheet-1", "sheet-1{\"a\":2}", "sheet-1", ""}) {
        JobDraft draft{{{"prompt", "sheet-1"}, {"seed", 7}}, "sheet-1", "demo"};
        if (*group != 0) draft.request["group"] = group;
        const auto id = store_->add(draft).value().id;
        store_->start(id).value();
        store_->note_output(id, "/a").value();
        store_->finish(id, "/a", 1, nullptr).value();
    }
    HistoryQuery query;
    query.group = "sheet-1";
    EXPECT_EQ(store_->history(query).value().size(), 2u);  // not the longer name, not the prompt
    query.group = "sheet-1{\"a\":2}";
    EXPECT_EQ(store_->history(query).value().size(), 1u);
    query.group = "sheet-2' OR 1=1 --";
    EXPECT_THAT(store_->history(query).value(), IsEmpty());
}

TEST_F(HistoryTest, OrderIsThatOfTheEndsNotOfTheSubmits) {
    const auto a = add("a"), b = add("b");
    store_->start(b).value();
    store_->note_output(b, "/b").value();
    store_->finish(b, "/b", 1, nullptr).value();
    store_->start(a).value();
    store_->note_output(a, "/a").value();
    store_->cancel(a).value();
    EXPECT_THAT(prompts({}), ElementsAre("a", "b"));
}

TEST_F(HistoryTest, SearchTakesWildcardsLiterally) {
    add_finished("100% wool");
    add_finished("100 sheep");
    add_finished("snake_case");
    add_finished("snakeXcase");
    add_finished("\xE4\xB8\x80\xE5\x8F\xAA\xE7\x8C\xAB");
    HistoryQuery query;
    query.text = "100%";
    EXPECT_THAT(prompts(query), ElementsAre("100% wool"));
    query.text = "e_c";
    EXPECT_THAT(prompts(query), ElementsAre("snake_case"));
    query.text = "\xE7\x8C\xAB";
    EXPECT_THAT(prompts(query), ElementsAre("\xE4\xB8\x80\xE5\x8F\xAA\xE7\x8C\xAB"));
    query.text = "'; DROP TABLE jobs; --";
    EXPECT_THAT(prompts(query), IsEmpty());
}

TEST_F(HistoryTest, StarsAndModelsFilter) {
    const auto a = add_finished("a", "one");
    add_finished("b", "two");
    store_->set_starred(a, true).value();
    HistoryQuery starred;
    starred.only_starred = true;
    EXPECT_THAT(prompts(starred), ElementsAre("a"));
    HistoryQuery model;
    model.model = "two";
    EXPECT_THAT(prompts(model), ElementsAre("b"));
}

TEST_F(HistoryTest, MovedVideoIsRelocated) {
    const auto a = add_finished("a");
    ASSERT_TRUE(store_->relocate(a, "/elsewhere/a.mp4").ok());
    open();
    EXPECT_EQ(store_->find(a).value().output_path, "/elsewhere/a.mp4");
    EXPECT_FALSE(store_->relocate(add("waiting"), "/x").ok());
}

}  // namespace
}  // namespace studio::store
