<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>studio::ui::DoctorDialog</name>
    <message>
        <source>Good</source>
        <translation>正常</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>提示</translation>
    </message>
    <message>
        <source>Problem</source>
        <translation>问题</translation>
    </message>
    <message>
        <source>Doctor</source>
        <translation>诊断</translation>
    </message>
    <message>
        <source>Findings</source>
        <translation>检查结果</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>What</source>
        <translation>项目</translation>
    </message>
    <message>
        <source>Found</source>
        <translation>结果</translation>
    </message>
    <message>
        <source>Check again</source>
        <translation>重新检查</translation>
    </message>
    <message>
        <source>Check with a self-test</source>
        <translation>检查并自测</translation>
    </message>
    <message>
        <source>Also makes a tiny video with the demo model; takes a few seconds.</source>
        <translation>同时用演示模型生成一个小视频，需要几秒钟。</translation>
    </message>
    <message>
        <source>Copy report</source>
        <translation>复制报告</translation>
    </message>
    <message>
        <source>Put the findings into the clipboard, without your name or folders.</source>
        <translation>将检查结果复制到剪贴板，不含您的用户名和文件夹。</translation>
    </message>
    <message>
        <source>Looking…</source>
        <translation>正在检查…</translation>
    </message>
    <message>
        <source>Everything that is needed works.</source>
        <translation>所需的一切都正常。</translation>
    </message>
    <message>
        <source>Something that is needed does not work.</source>
        <translation>有必需的项目无法工作。</translation>
    </message>
</context>
<context>
    <name>studio::ui::EmptyStage</name>
    <message>
        <source>Try one of these</source>
        <translation>试试其中一个</translation>
    </message>
    <message>
        <source>A sentence becomes a video</source>
        <translation>一句话，变成视频</translation>
    </message>
    <message>
        <source>Describe a scene on the left and press Generate. It plays here.</source>
        <translation>在左侧描述一个画面，然后点击“生成”，视频会在这里播放。</translation>
    </message>
    <message>
        <source>Use the prompt: %1</source>
        <translation>使用提示词：%1</translation>
    </message>
    <message>
        <source>Make this video</source>
        <translation>生成这个视频</translation>
    </message>
</context>
<context>
    <name>studio::ui::ErrorPanel</name>
    <message>
        <source>Copy details</source>
        <translation>复制详情</translation>
    </message>
    <message>
        <source>Put the whole error into the clipboard, for a report</source>
        <translation>把完整的错误信息复制到剪贴板，便于反馈</translation>
    </message>
    <message>
        <source>Dismiss the error</source>
        <translation>关闭错误提示</translation>
    </message>
    <message>
        <source>Dismiss</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>%1
%2</source>
        <translation>%1
%2</translation>
    </message>
</context>
<context>
    <name>studio::ui::FitLine</name>
    <message>
        <source>Fits: needs about %1 of %2</source>
        <translation>可以运行：约需 %1，可用 %2</translation>
    </message>
    <message>
        <source>Fits, but slower: needs about %1 of %2</source>
        <translation>可以运行，但较慢：约需 %1，可用 %2</translation>
    </message>
    <message>
        <source>Does not fit: needs about %1, %2 are free</source>
        <translation>内存不足：约需 %1，可用 %2</translation>
    </message>
    <message numerus="yes">
        <source>Use %n frame(s)</source>
        <translation>
            <numerusform>改用 %n 帧</numerusform>
        </translation>
    </message>
    <message>
        <source>Use %1 × %2</source>
        <translation>改用 %1 × %2</translation>
    </message>
    <message>
        <source>%1. %2</source>
        <translation>%1。%2</translation>
    </message>
</context>
<context>
    <name>studio::ui::HistoryModel</name>
    <message>
        <source>The video is not there any more</source>
        <translation>视频文件已不在原处</translation>
    </message>
    <message>
        <source>Failed  ·  %1</source>
        <translation>失败  ·  %1</translation>
    </message>
    <message>
        <source>Cancelled  ·  %1</source>
        <translation>已取消  ·  %1</translation>
    </message>
    <message>
        <source>%1. %2</source>
        <translation>%1。%2</translation>
    </message>
</context>
<context>
    <name>studio::ui::HistoryPanel</name>
    <message>
        <source>Search in prompts</source>
        <translation>在提示词中搜索</translation>
    </message>
    <message>
        <source>Only starred videos</source>
        <translation>仅看加星的视频</translation>
    </message>
    <message>
        <source>Show only what you starred</source>
        <translation>只显示加了星标的视频</translation>
    </message>
    <message>
        <source>Every video that you make appears here.</source>
        <translation>生成的每个视频都会出现在这里。</translation>
    </message>
    <message>
        <source>Videos made before</source>
        <translation>以前生成的视频</translation>
    </message>
    <message>
        <source>Locate the video…</source>
        <translation>查找视频…</translation>
    </message>
    <message>
        <source>Play</source>
        <translation>播放</translation>
    </message>
    <message>
        <source>Show in folder</source>
        <translation>在文件夹中显示</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Decode again</source>
        <translation>重新解码</translation>
    </message>
    <message>
        <source>Reuse settings</source>
        <translation>沿用设置</translation>
    </message>
    <message>
        <source>Add to the queue again</source>
        <translation>再次加入队列</translation>
    </message>
    <message>
        <source>Take the star away</source>
        <translation>取消星标</translation>
    </message>
    <message>
        <source>Star</source>
        <translation>加星标</translation>
    </message>
    <message>
        <source>Remove from the history</source>
        <translation>从历史中移除</translation>
    </message>
    <message>
        <source>Move the video to the trash…</source>
        <translation>将视频移到回收站…</translation>
    </message>
    <message>
        <source>Where is the video now?</source>
        <translation>视频现在在哪里？</translation>
    </message>
    <message>
        <source>Videos (*.mp4)</source>
        <translation>视频 (*.mp4)</translation>
    </message>
    <message>
        <source>Move to the trash</source>
        <translation>移到回收站</translation>
    </message>
    <message numerus="yes">
        <source>Move %n video(s) to the trash?</source>
        <translation>
            <numerusform>将 %n 个视频移到回收站？</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>studio::ui::ImageForm</name>
    <message>
        <source>Start picture</source>
        <translation>起始图片</translation>
    </message>
    <message>
        <source>End picture (optional)</source>
        <translation>结束图片（可选）</translation>
    </message>
    <message>
        <source>How the picture is fitted</source>
        <translation>图片的适配方式</translation>
    </message>
    <message>
        <source>What happens when the picture has another shape than the video.</source>
        <translation>图片与视频形状不同时如何处理。</translation>
    </message>
    <message>
        <source>The video follows the picture&apos;s shape</source>
        <translation>视频采用图片的形状</translation>
    </message>
    <message>
        <source>Cut off what stands out</source>
        <translation>裁掉多余部分</translation>
    </message>
    <message>
        <source>Fill up with a border</source>
        <translation>用边框补齐</translation>
    </message>
    <message>
        <source>Stretch</source>
        <translation>拉伸</translation>
    </message>
    <message>
        <source>&amp;Fit</source>
        <translation>适配</translation>
    </message>
</context>
<context>
    <name>studio::ui::ImageWell</name>
    <message>
        <source>Drop a picture here, paste one, or click to choose a file.</source>
        <translation>将图片拖到这里、粘贴，或单击选择文件。</translation>
    </message>
    <message>
        <source>Take the picture out</source>
        <translation>移除图片</translation>
    </message>
    <message>
        <source>Only pictures on this computer can be used.</source>
        <translation>只能使用这台电脑上的图片。</translation>
    </message>
    <message numerus="yes">
        <source>%n more picture(s) left out</source>
        <translation>
            <numerusform>另有 %n 张图片未采用</numerusform>
        </translation>
    </message>
    <message>
        <source>Reading…</source>
        <translation>正在读取…</translation>
    </message>
    <message>
        <source>%1 %2</source>
        <translation>%1%2</translation>
    </message>
    <message>
        <source>The clipboard holds no picture.</source>
        <translation>剪贴板中没有图片。</translation>
    </message>
    <message>
        <source>The pasted picture could not be kept in %1.</source>
        <translation>无法将粘贴的图片保存到 %1。</translation>
    </message>
    <message>
        <source>%1 × %2</source>
        <translation>%1 × %2</translation>
    </message>
    <message>
        <source>Pictures (*.png *.jpg *.jpeg *.webp *.bmp *.gif);;All files (*)</source>
        <translation>图片 (*.png *.jpg *.jpeg *.webp *.bmp *.gif);;所有文件 (*)</translation>
    </message>
</context>
<context>
    <name>studio::ui::LogDialog</name>
    <message>
        <source>Log</source>
        <translation>日志</translation>
    </message>
    <message>
        <source>Level</source>
        <translation>级别</translation>
    </message>
    <message>
        <source>Everything</source>
        <translation>全部</translation>
    </message>
    <message>
        <source>Warnings and errors</source>
        <translation>警告和错误</translation>
    </message>
    <message>
        <source>Errors</source>
        <translation>错误</translation>
    </message>
    <message>
        <source>Only lines with…</source>
        <translation>仅含…的行</translation>
    </message>
    <message>
        <source>There is no log file: %1</source>
        <translation>没有日志文件：%1</translation>
    </message>
</context>
<context>
    <name>studio::ui::MainWindow</name>
    <message>
        <source>%1 (incomplete)</source>
        <translation>%1（不完整）</translation>
    </message>
    <message>
        <source>No model was found</source>
        <translation>没有找到模型</translation>
    </message>
    <message>
        <source>Start the program with --model and the folder of a Wan model, or set STUDIO_MODELS to a folder with models in it.</source>
        <translation>请用 --model 加上 Wan 模型的文件夹启动程序，或将 STUDIO_MODELS 设为存放模型的文件夹。</translation>
    </message>
    <message>
        <source>Preview  ·  step %1 of %2</source>
        <translation>预览  ·  第 %1 步，共 %2 步</translation>
    </message>
    <message>
        <source>Preview</source>
        <translation>预览</translation>
    </message>
    <message>
        <source>Last video: %1</source>
        <translation>上一个视频：%1</translation>
    </message>
    <message>
        <source>The finished latents were kept: %1</source>
        <translation>已完成的潜变量保存在：%1</translation>
    </message>
    <message>
        <source>Turbo Studio</source>
        <translation>Turbo Studio</translation>
    </message>
    <message>
        <source>Stopping the engine…</source>
        <translation>正在停止引擎…</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>The model that makes the video</source>
        <translation>用来生成视频的模型</translation>
    </message>
    <message>
        <source>Light or dark</source>
        <translation>浅色或深色</translation>
    </message>
    <message>
        <source>Switch between light and dark</source>
        <translation>切换浅色与深色</translation>
    </message>
    <message>
        <source>%1 (%2)</source>
        <translation>%1（%2）</translation>
    </message>
    <message>
        <source>%1  ·  %2</source>
        <translation>%1  ·  %2</translation>
    </message>
    <message>
        <source>Settings of %1</source>
        <translation>已载入 %1 的设置</translation>
    </message>
    <message>
        <source>Queue (%1)</source>
        <translation>队列 (%1)</translation>
    </message>
    <message>
        <source>Queue</source>
        <translation>队列</translation>
    </message>
    <message>
        <source>The last run ended while a video was being made. It waits first in the queue, which is paused.</source>
        <translation>上次运行在生成视频时中断。该任务排在队列首位，队列已暂停。</translation>
    </message>
    <message>
        <source>A video was finished just before the end; it is in the history.</source>
        <translation>有一个视频在中断前刚好完成，已列入历史。</translation>
    </message>
    <message>
        <source>A job ended the program twice and was given up; the history says in which stage.</source>
        <translation>有一个任务两次导致程序退出，已放弃；历史中注明了所处阶段。</translation>
    </message>
    <message numerus="yes">
        <source>The list of jobs was damaged and has been rebuilt: %n job(s) were found.</source>
        <translation>
            <numerusform>任务列表已损坏并重建：找回 %n 个任务。</numerusform>
        </translation>
    </message>
    <message>
        <source>The program ended three times within ten minutes. The queue is paused.</source>
        <translation>程序在十分钟内三次意外退出。队列已暂停。</translation>
    </message>
    <message>
        <source>After the last run</source>
        <translation>上次运行之后</translation>
    </message>
    <message>
        <source>The chosen model makes videos from text alone; choose an image-to-video model for pictures.</source>
        <translation>所选模型仅能由文字生成视频；如需使用图片，请选择图生视频模型。</translation>
    </message>
    <message>
        <source>History</source>
        <translation>历史</translation>
    </message>
    <message>
        <source>Open a video or recipe</source>
        <translation>打开视频或配方</translation>
    </message>
    <message>
        <source>Videos and recipes (*.mp4 *.json)</source>
        <translation>视频和配方 (*.mp4 *.json)</translation>
    </message>
    <message>
        <source>About Turbo Studio</source>
        <translation>关于 Turbo Studio</translation>
    </message>
    <message>
        <source>Turbo Studio %1</source>
        <translation>Turbo Studio %1</translation>
    </message>
    <message>
        <source>Makes videos from words and pictures on this computer. Nothing is sent anywhere.
Built on LibTorch, Qt and FFmpeg; NOTICE.md names everything.</source>
        <translation>在这台电脑上由文字和图片生成视频，不会发送任何数据。
基于 LibTorch、Qt 和 FFmpeg；NOTICE.md 列出全部组件。</translation>
    </message>
    <message>
        <source>Menu</source>
        <translation>菜单</translation>
    </message>
    <message>
        <source>Models, Doctor, log and more</source>
        <translation>模型、诊断、日志等</translation>
    </message>
    <message>
        <source>Open a video or recipe…</source>
        <translation>打开视频或配方…</translation>
    </message>
    <message>
        <source>Models…</source>
        <translation>模型…</translation>
    </message>
    <message>
        <source>Doctor…</source>
        <translation>诊断…</translation>
    </message>
    <message>
        <source>Log…</source>
        <translation>日志…</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>退出</translation>
    </message>
</context>
<context>
    <name>studio::ui::ModelsDialog</name>
    <message>
        <source>Models</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Models on this computer</source>
        <translation>这台电脑上的模型</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>Makes</source>
        <translation>用途</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>大小</translation>
    </message>
    <message>
        <source>Precision</source>
        <translation>精度</translation>
    </message>
    <message>
        <source>Add a folder…</source>
        <translation>添加文件夹…</translation>
    </message>
    <message>
        <source>I already have the files: a model is recognised by its content and used where it is.</source>
        <translation>我已有文件：按内容识别模型，并在原处使用。</translation>
    </message>
    <message>
        <source>Add files…</source>
        <translation>添加文件…</translation>
    </message>
    <message>
        <source>Remove…</source>
        <translation>移除…</translation>
    </message>
    <message>
        <source>Ready</source>
        <translation>就绪</translation>
    </message>
    <message>
        <source>Parts are missing</source>
        <translation>缺少部件</translation>
    </message>
    <message>
        <source>Files are recognised by their content. Nothing is copied or changed.</source>
        <translation>文件按内容识别，不会复制或更改。</translation>
    </message>
    <message>
        <source>Folder with a model</source>
        <translation>模型所在文件夹</translation>
    </message>
    <message>
        <source>Files of one model</source>
        <translation>同一模型的文件</translation>
    </message>
    <message>
        <source>Model files (*.safetensors *.pth *.pt *.gguf *.json *.model);;All files (*)</source>
        <translation>模型文件 (*.safetensors *.pth *.pt *.gguf *.json *.model);;所有文件 (*)</translation>
    </message>
    <message>
        <source>Looking at the files…</source>
        <translation>正在查看文件…</translation>
    </message>
    <message>
        <source>Forget %1? Its files stay where they are.</source>
        <translation>不再列出 %1？其文件保持不变。</translation>
    </message>
    <message>
        <source>Delete %1? The disk gets %2 back.</source>
        <translation>删除 %1？将释放 %2 磁盘空间。</translation>
    </message>
    <message>
        <source>Remove a model</source>
        <translation>移除模型</translation>
    </message>
    <message>
        <source>%1 %2</source>
        <translation>%1%2</translation>
    </message>
</context>
<context>
    <name>studio::ui::ProgressPanel</name>
    <message>
        <source>Getting ready</source>
        <translation>正在准备</translation>
    </message>
    <message>
        <source>Cancelling</source>
        <translation>正在取消</translation>
    </message>
    <message>
        <source>%1  ·  %2</source>
        <translation>%1  ·  %2</translation>
    </message>
</context>
<context>
    <name>studio::ui::PromptPanel</name>
    <message>
        <source>Prompt</source>
        <translation>提示词</translation>
    </message>
    <message>
        <source>What should happen in the video?</source>
        <translation>视频里应该发生什么？</translation>
    </message>
    <message>
        <source>Describe what is seen and how it moves. Ctrl+Enter begins.</source>
        <translation>描述画面内容和动作。按 Ctrl+Enter 开始。</translation>
    </message>
    <message>
        <source>&amp;Prompt</source>
        <translation>提示词</translation>
    </message>
    <message>
        <source>Fill in a prompt that this model is good at.</source>
        <translation>填入一个该模型擅长的提示词。</translation>
    </message>
    <message>
        <source>The pasted text is too long: %1 bytes.</source>
        <translation>粘贴的文字太长：%1 字节。</translation>
    </message>
    <message>
        <source>A prompt has room for %1.</source>
        <translation>提示词最多 %1 字节。</translation>
    </message>
    <message>
        <source>Make the video (Ctrl+Enter)</source>
        <translation>生成视频（Ctrl+Enter）</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Cancel the video that is being made</source>
        <translation>取消正在生成的视频</translation>
    </message>
    <message>
        <source>Stop making this video (Esc)</source>
        <translation>停止生成这个视频（Esc）</translation>
    </message>
    <message>
        <source>Cancelling…</source>
        <translation>正在取消…</translation>
    </message>
    <message>
        <source>Generate</source>
        <translation>生成</translation>
    </message>
    <message numerus="yes">
        <source>%n character(s)</source>
        <translation>
            <numerusform>%n 个字符</numerusform>
        </translation>
    </message>
    <message>
        <source>The prompt is empty.</source>
        <translation>提示词是空的。</translation>
    </message>
    <message>
        <source>Type what should happen in the video.</source>
        <translation>请写下视频里应该发生什么。</translation>
    </message>
    <message>
        <source>The prompt is too long: %1 bytes.</source>
        <translation>提示词太长：%1 字节。</translation>
    </message>
    <message>
        <source>Shorten it to %1.</source>
        <translation>请缩短到 %1 字节以内。</translation>
    </message>
    <message>
        <source>%1 %2</source>
        <translation>%1%2</translation>
    </message>
    <message>
        <source>Idea</source>
        <translation>灵感</translation>
    </message>
    <message>
        <source>Fill in an idea</source>
        <translation>填入一个灵感</translation>
    </message>
    <message>
        <source>Negative prompt</source>
        <translation>负面提示词</translation>
    </message>
    <message>
        <source>The model&apos;s own</source>
        <translation>模型默认</translation>
    </message>
    <message>
        <source>What should not be seen. Empty: what the model&apos;s makers recommend.</source>
        <translation>不希望出现的内容。留空则使用模型作者推荐的内容。</translation>
    </message>
    <message>
        <source>&amp;Negative prompt</source>
        <translation>负面提示词</translation>
    </message>
    <message>
        <source>This model needs no guidance; a negative prompt would have no effect.</source>
        <translation>此模型无需引导，负面提示词不起作用。</translation>
    </message>
    <message>
        <source>Variations</source>
        <translation>变体</translation>
    </message>
    <message>
        <source>How many videos to make at once, each with a seed of its own.</source>
        <translation>一次生成多少个视频，每个使用各自的种子。</translation>
    </message>
    <message>
        <source>&amp;Variations</source>
        <translation>变体</translation>
    </message>
    <message>
        <source>Save changes</source>
        <translation>保存更改</translation>
    </message>
    <message>
        <source>Add to queue</source>
        <translation>加入队列</translation>
    </message>
    <message>
        <source>Make this video after those that wait (Ctrl+Enter)</source>
        <translation>排在等待中的视频之后生成 (Ctrl+Enter)</translation>
    </message>
</context>
<context>
    <name>studio::ui::QueueModel</name>
    <message>
        <source>Making it: %1 %</source>
        <translation>生成中：%1 %</translation>
    </message>
    <message>
        <source>Interrupted. Resume starts it again.</source>
        <translation>已中断。继续后将重新开始。</translation>
    </message>
    <message>
        <source>Interrupted. Only the pictures are still to be decoded.</source>
        <translation>已中断。只剩解码画面。</translation>
    </message>
    <message>
        <source>Waiting  ·  %1</source>
        <translation>等待中  ·  %1</translation>
    </message>
    <message>
        <source>Waiting to be decoded  ·  %1</source>
        <translation>等待解码  ·  %1</translation>
    </message>
    <message>
        <source>%1. %2</source>
        <translation>%1。%2</translation>
    </message>
</context>
<context>
    <name>studio::ui::QueuePanel</name>
    <message>
        <source>Resume interrupted</source>
        <translation>继续已中断的任务</translation>
    </message>
    <message>
        <source>Let the jobs that were interrupted run again</source>
        <translation>让已中断的任务重新运行</translation>
    </message>
    <message>
        <source>Nothing waits. While a video is being made, more can be added here.</source>
        <translation>没有等待的任务。生成视频时可以继续添加。</translation>
    </message>
    <message>
        <source>Waiting videos</source>
        <translation>等待中的视频</translation>
    </message>
    <message>
        <source>Nothing waits</source>
        <translation>没有等待的任务</translation>
    </message>
    <message numerus="yes">
        <source>%n waiting</source>
        <translation>
            <numerusform>%n 个等待中</numerusform>
        </translation>
    </message>
    <message>
        <source>%1  ·  paused</source>
        <translation>%1  ·  已暂停</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>暂停</translation>
    </message>
    <message>
        <source>Let the queue go on</source>
        <translation>让队列继续</translation>
    </message>
    <message>
        <source>Pause the queue</source>
        <translation>暂停队列</translation>
    </message>
    <message>
        <source>Begin with the first waiting video</source>
        <translation>从第一个等待的视频开始</translation>
    </message>
    <message>
        <source>Finish the running video and begin no other</source>
        <translation>完成当前视频后不再开始新的</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>Run next</source>
        <translation>下一个运行</translation>
    </message>
    <message>
        <source>Change settings</source>
        <translation>更改设置</translation>
    </message>
    <message>
        <source>Duplicate</source>
        <translation>复制</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>移除</translation>
    </message>
</context>
<context>
    <name>studio::ui::SettingsForm</name>
    <message>
        <source>Size</source>
        <translation>尺寸</translation>
    </message>
    <message>
        <source>Width and height of the video in pixels. The marked size is the one that the model knows best.</source>
        <translation>视频的宽和高（像素）。有标记的是模型最擅长的尺寸。</translation>
    </message>
    <message>
        <source>Si&amp;ze</source>
        <translation>尺寸</translation>
    </message>
    <message>
        <source>Length</source>
        <translation>时长</translation>
    </message>
    <message>
        <source>How long the video plays. Longer videos take longer to make.</source>
        <translation>视频的播放时长。越长，生成越久。</translation>
    </message>
    <message>
        <source>&amp;Length</source>
        <translation>时长</translation>
    </message>
    <message>
        <source>Steps</source>
        <translation>步数</translation>
    </message>
    <message>
        <source>How often the model goes over the pictures. More steps give cleaner pictures and take longer.</source>
        <translation>模型处理画面的次数。步数越多画面越干净，用时也越长。</translation>
    </message>
    <message>
        <source>&amp;Steps</source>
        <translation>步数</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>种子</translation>
    </message>
    <message>
        <source>The number that the noise is drawn from. The same seed and settings give the same video.</source>
        <translation>生成噪声所用的数字。相同的种子和设置会得到相同的视频。</translation>
    </message>
    <message>
        <source>Random seed</source>
        <translation>随机种子</translation>
    </message>
    <message>
        <source>Draw a new seed for every video.</source>
        <translation>每个视频都使用新的种子。</translation>
    </message>
    <message>
        <source>See&amp;d</source>
        <translation>种子</translation>
    </message>
    <message>
        <source>Random, new each time</source>
        <translation>随机，每次不同</translation>
    </message>
    <message>
        <source>The model&apos;s own</source>
        <translation>模型自带</translation>
    </message>
    <message>
        <source>square</source>
        <translation>方形</translation>
    </message>
    <message>
        <source>wide</source>
        <translation>横向</translation>
    </message>
    <message>
        <source>tall</source>
        <translation>纵向</translation>
    </message>
    <message>
        <source>The seed %1 is too large.</source>
        <translation>种子 %1 太大。</translation>
    </message>
    <message>
        <source>Use a number up to 9223372036854775807, or the dice.</source>
        <translation>请使用不超过 9223372036854775807 的数字，或点击骰子。</translation>
    </message>
    <message numerus="yes">
        <source>%n frame(s)</source>
        <translation>
            <numerusform>%n 帧</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1, %n frame(s)</source>
        <translation>
            <numerusform>%1，%n 帧</numerusform>
        </translation>
    </message>
    <message>
        <source>the model&apos;s own</source>
        <translation>模型自带</translation>
    </message>
    <message>
        <source>%1 × %2  ·  %3</source>
        <translation>%1 × %2  ·  %3</translation>
    </message>
    <message>
        <source>%1 × %2  ·  %3, best for this model</source>
        <translation>%1 × %2  ·  %3，最适合此模型</translation>
    </message>
</context>
<context>
    <name>studio::ui::StageView</name>
    <message>
        <source>Stage</source>
        <translation>舞台</translation>
    </message>
    <message>
        <source>Play</source>
        <translation>播放</translation>
    </message>
    <message>
        <source>Play or pause (Space)</source>
        <translation>播放或暂停（空格）</translation>
    </message>
    <message>
        <source>One frame back</source>
        <translation>后退一帧</translation>
    </message>
    <message>
        <source>One frame back (comma)</source>
        <translation>后退一帧（逗号）</translation>
    </message>
    <message>
        <source>One frame on</source>
        <translation>前进一帧</translation>
    </message>
    <message>
        <source>One frame on (full stop)</source>
        <translation>前进一帧（句号）</translation>
    </message>
    <message>
        <source>Loop</source>
        <translation>循环</translation>
    </message>
    <message>
        <source>Begin again at the end</source>
        <translation>播放到结尾后重新开始</translation>
    </message>
    <message>
        <source>Position in the video</source>
        <translation>视频中的位置</translation>
    </message>
    <message>
        <source>Use these settings again</source>
        <translation>再次使用这些设置</translation>
    </message>
    <message>
        <source>Put this video&apos;s prompt, settings and seed into the panel</source>
        <translation>把这个视频的提示词、设置和种子填入左侧面板</translation>
    </message>
    <message>
        <source>Show in folder</source>
        <translation>在文件夹中显示</translation>
    </message>
    <message>
        <source>Open the folder that this video is in</source>
        <translation>打开视频所在的文件夹</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>暂停</translation>
    </message>
    <message>
        <source>Video: %1</source>
        <translation>视频：%1</translation>
    </message>
    <message>
        <source>Preview</source>
        <translation>预览</translation>
    </message>
    <message>
        <source>%1 s  ·  frame %2 of %3</source>
        <translation>%1 秒  ·  第 %2 帧，共 %3 帧</translation>
    </message>
</context>
<context>
    <name>studio::ui::Wording</name>
    <message>
        <source>Loading the model</source>
        <translation>正在加载模型</translation>
    </message>
    <message>
        <source>Reading the prompt</source>
        <translation>正在阅读提示词</translation>
    </message>
    <message>
        <source>Denoising</source>
        <translation>正在去噪</translation>
    </message>
    <message>
        <source>Denoising, step %1 of %2</source>
        <translation>正在去噪，第 %1 步，共 %2 步</translation>
    </message>
    <message>
        <source>Decoding the pictures</source>
        <translation>正在解码画面</translation>
    </message>
    <message>
        <source>Saving the video</source>
        <translation>正在保存视频</translation>
    </message>
    <message>
        <source>%1 s</source>
        <translation>%1 秒</translation>
    </message>
    <message>
        <source>%1 min %2 s</source>
        <translation>%1 分 %2 秒</translation>
    </message>
    <message>
        <source>%1 h %2 min</source>
        <translation>%1 小时 %2 分</translation>
    </message>
    <message>
        <source>about %1 left</source>
        <translation>大约还需 %1</translation>
    </message>
    <message numerus="yes">
        <source>%n frame(s)</source>
        <translation>
            <numerusform>%n 帧</numerusform>
        </translation>
    </message>
    <message>
        <source>Something in the settings needs a change</source>
        <translation>有一项设置需要修改</translation>
    </message>
    <message>
        <source>Something is missing</source>
        <translation>缺少某些内容</translation>
    </message>
    <message>
        <source>This is not supported</source>
        <translation>不支持这项操作</translation>
    </message>
    <message>
        <source>A file is damaged</source>
        <translation>文件已损坏</translation>
    </message>
    <message>
        <source>A file could not be read or written</source>
        <translation>无法读取或写入文件</translation>
    </message>
    <message>
        <source>There is not enough memory</source>
        <translation>内存不足</translation>
    </message>
    <message>
        <source>The graphics processor cannot be used</source>
        <translation>无法使用显卡</translation>
    </message>
    <message>
        <source>The graphics processor failed</source>
        <translation>显卡出错</translation>
    </message>
    <message>
        <source>Cancelled</source>
        <translation>已取消</translation>
    </message>
    <message>
        <source>The program made a mistake</source>
        <translation>程序出错</translation>
    </message>
    <message>
        <source>Engine is starting</source>
        <translation>引擎正在启动</translation>
    </message>
    <message>
        <source>Ready</source>
        <translation>就绪</translation>
    </message>
    <message>
        <source>Working</source>
        <translation>工作中</translation>
    </message>
    <message>
        <source>Engine failed: restart the program</source>
        <translation>引擎出错：请重新启动程序</translation>
    </message>
    <message>
        <source>Engine stopped</source>
        <translation>引擎已停止</translation>
    </message>
    <message>
        <source>Reading the image</source>
        <translation>正在读取图片</translation>
    </message>
</context>
</TS>
