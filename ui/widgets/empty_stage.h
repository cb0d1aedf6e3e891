// ui/widgets/empty_stage.h - what the stage shows before the first video: an invitation and a few prompts to begin
// with.
#pragma once
#include <QLabel>
#include <QVBoxLayout>
#include <QWidget>

namespace studio::ui {

class EmptyStage : public QWidget {
    Q_OBJECT
  public:
    explicit EmptyStage(QWidget* parent = nullptr);

    /// Offer up to four prompts; none hides that part.
    void setExamples(const QStringList& examples);
    /// Replace the invitation, e.g. when no model was found. Empty texts bring it back.
    void setMessage(const QString& title, const QString& text);

  Q_SIGNALS:
    void exampleChosen(const QString& prompt);

  protected:
    void paintEvent(QPaintEvent* event) override;

  private:
    QLabel* title_;
    QLabel* text_;
    QLabel* try_;
    QVBoxLayout* chips_;
};

}  // namespace studio::ui
