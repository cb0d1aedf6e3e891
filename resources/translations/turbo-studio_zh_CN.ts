<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
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
        <source>This sitting</source>
        <translation>本次生成</translation>
    </message>
    <message>
        <source>%1 (%2)</source>
        <translation>%1（%2）</translation>
    </message>
    <message>
        <source>%1  ·  %2</source>
        <translation>%1  ·  %2</translation>
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
        <source>Generating…</source>
        <translation>正在生成…</translation>
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
</context>
<context>
    <name>studio::ui::ResultsList</name>
    <message>
        <source>Videos of this sitting</source>
        <translation>本次生成的视频</translation>
    </message>
    <message>
        <source>Every video that you make appears here.</source>
        <translation>你生成的视频都会出现在这里。</translation>
    </message>
</context>
<context>
    <name>studio::ui::ResultsModel</name>
    <message>
        <source>%1. %2</source>
        <translation>%1。%2</translation>
    </message>
    <message>
        <source>Making it: %1 %</source>
        <translation>正在生成：%1%</translation>
    </message>
    <message>
        <source>%1
Seed %2, steps: %3</source>
        <translation>%1
种子 %2，步数：%3</translation>
    </message>
    <message>
        <source>%1 × %2  ·  %3</source>
        <translation>%1 × %2  ·  %3</translation>
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
</context>
</TS>
