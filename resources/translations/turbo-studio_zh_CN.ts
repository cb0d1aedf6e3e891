<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>Accessible</name>
    <message>
        <source>%1, %2</source>
        <comment>what is chosen, and the choice</comment>
        <translation>%1，%2</translation>
    </message>
</context>
<context>
    <name>Actions</name>
    <message>
        <source>Text to video</source>
        <translation>文字生成视频</translation>
    </message>
    <message>
        <source>Image to video</source>
        <translation>图片生成视频</translation>
    </message>
    <message>
        <source>Earlier prompt</source>
        <translation>上一条提示词</translation>
    </message>
    <message>
        <source>Later prompt</source>
        <translation>下一条提示词</translation>
    </message>
    <message>
        <source>Models…</source>
        <translation>模型…</translation>
    </message>
    <message>
        <source>Settings…</source>
        <translation>设置…</translation>
    </message>
    <message>
        <source>Free memory</source>
        <translation>释放内存</translation>
    </message>
    <message>
        <source>The model leaves the memory; the next video loads it again.</source>
        <translation>模型会从内存中移出，下次生成视频时重新载入。</translation>
    </message>
    <message>
        <source>Restart the engine</source>
        <translation>重启引擎</translation>
    </message>
    <message>
        <source>Helps when the graphics card has failed. The queue stays.</source>
        <translation>显卡出错时有用。队列会保留。</translation>
    </message>
    <message>
        <source>Generate, or add to the queue</source>
        <translation>生成，或加入队列</translation>
    </message>
    <message>
        <source>Add to the front of the queue</source>
        <translation>加到队列最前面</translation>
    </message>
    <message>
        <source>It runs as soon as the running video is finished.</source>
        <translation>当前视频完成后立即开始。</translation>
    </message>
    <message>
        <source>Contact sheet</source>
        <translation>小样表</translation>
    </message>
    <message>
        <source>Four to nine quick tries side by side; choose one and finish it in full.</source>
        <translation>并排生成四到九个快速小样，选一个做成完整视频。</translation>
    </message>
    <message>
        <source>Cancel the running video</source>
        <translation>取消正在生成的视频</translation>
    </message>
    <message>
        <source>Asks first when it has been running for over a minute.</source>
        <translation>如果已运行超过一分钟，会先询问。</translation>
    </message>
    <message>
        <source>Pause or resume the queue</source>
        <translation>暂停或继续队列</translation>
    </message>
    <message>
        <source>The running video goes on to its end.</source>
        <translation>正在生成的视频会继续到完成。</translation>
    </message>
    <message>
        <source>Open a video or recipe…</source>
        <translation>打开视频或配方…</translation>
    </message>
    <message>
        <source>Its settings come back.</source>
        <translation>恢复其中的设置。</translation>
    </message>
    <message>
        <source>Paste an image or a recipe</source>
        <translation>粘贴图片或配方</translation>
    </message>
    <message>
        <source>Reset the layout</source>
        <translation>重置布局</translation>
    </message>
    <message>
        <source>All panels at their first places and sizes.</source>
        <translation>所有面板恢复最初的位置和大小。</translation>
    </message>
    <message>
        <source>About Turbo Studio</source>
        <translation>关于 Turbo Studio</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>退出</translation>
    </message>
    <message>
        <source>The queue is kept.</source>
        <translation>队列会保留。</translation>
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
        <source>Help: all shortcuts</source>
        <translation>帮助：所有快捷键</translation>
    </message>
    <message>
        <source>Save as…</source>
        <translation>另存为…</translation>
    </message>
    <message>
        <source>Copy the video to a place of your choice</source>
        <translation>把视频复制到你选择的位置</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>导出…</translation>
    </message>
    <message>
        <source>Make a file of another format, quality or speed of it</source>
        <translation>用它生成其他格式、质量或速度的文件</translation>
    </message>
    <message>
        <source>Use last frame</source>
        <translation>使用最后一帧</translation>
    </message>
    <message>
        <source>Let the next video start from the last picture of this one</source>
        <translation>让下一个视频从这个视频的最后一帧画面开始</translation>
    </message>
    <message>
        <source>Variation</source>
        <translation>变体</translation>
    </message>
    <message>
        <source>Make another video with the same settings and a new seed</source>
        <translation>用相同的设置和新的种子再生成一个视频</translation>
    </message>
    <message>
        <source>Reuse settings</source>
        <translation>重用设置</translation>
    </message>
    <message>
        <source>Put this video&apos;s prompt, settings and seed into the panel</source>
        <translation>把这个视频的提示词、设置和种子填入面板</translation>
    </message>
    <message>
        <source>Reproduce</source>
        <translation>重现</translation>
    </message>
    <message>
        <source>Make the same video again and compare every frame</source>
        <translation>再次生成同一个视频并逐帧比较</translation>
    </message>
    <message>
        <source>Decode again</source>
        <translation>重新解码</translation>
    </message>
    <message>
        <source>Make the pictures from the latents that were kept, without denoising again</source>
        <translation>用保留的潜变量生成画面，不再去噪</translation>
    </message>
    <message>
        <source>Compare with…</source>
        <translation>与…比较</translation>
    </message>
    <message>
        <source>Watch it together with another video, locked to the same time</source>
        <translation>与另一个视频同步对照观看</translation>
    </message>
    <message>
        <source>Show in folder</source>
        <translation>在文件夹中显示</translation>
    </message>
    <message>
        <source>Open the folder that this video is in</source>
        <translation>打开这个视频所在的文件夹</translation>
    </message>
    <message>
        <source>Copy as command</source>
        <translation>复制为命令</translation>
    </message>
    <message>
        <source>Copy the command line that makes this video</source>
        <translation>复制生成这个视频的命令行</translation>
    </message>
    <message>
        <source>Move to the trash…</source>
        <translation>移到回收站…</translation>
    </message>
    <message>
        <source>Move the video to the trash and take it out of the history</source>
        <translation>把视频移到回收站并从历史中移除</translation>
    </message>
    <message>
        <source>Play or pause</source>
        <translation>播放或暂停</translation>
    </message>
    <message>
        <source>Play backwards, then faster</source>
        <translation>倒放，再按加快</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>暂停</translation>
    </message>
    <message>
        <source>Play on, then faster</source>
        <translation>向前播放，再按加快</translation>
    </message>
    <message>
        <source>One frame back</source>
        <translation>后退一帧</translation>
    </message>
    <message>
        <source>One frame on</source>
        <translation>前进一帧</translation>
    </message>
    <message>
        <source>One second back</source>
        <translation>后退一秒</translation>
    </message>
    <message>
        <source>One second on</source>
        <translation>前进一秒</translation>
    </message>
    <message>
        <source>To the first frame</source>
        <translation>到第一帧</translation>
    </message>
    <message>
        <source>To the last frame</source>
        <translation>到最后一帧</translation>
    </message>
    <message>
        <source>Fit or actual size</source>
        <translation>适合窗口或实际大小</translation>
    </message>
    <message>
        <source>Full screen</source>
        <translation>全屏</translation>
    </message>
</context>
<context>
    <name>studio::Preference</name>
    <message>
        <source>Language</source>
        <translation>语言</translation>
    </message>
    <message>
        <source>The language of the window.</source>
        <translation>窗口的语言。</translation>
    </message>
    <message>
        <source>Appearance</source>
        <translation>外观</translation>
    </message>
    <message>
        <source>Light or dark, or as the system is.</source>
        <translation>浅色、深色，或跟随系统。</translation>
    </message>
    <message>
        <source>Reduced motion</source>
        <translation>减少动效</translation>
    </message>
    <message>
        <source>With it nothing in the window moves by itself, and videos do not start to play alone.</source>
        <translation>开启后窗口中没有自行运动的内容，视频也不会自动播放。</translation>
    </message>
    <message>
        <source>Mirror</source>
        <translation>镜像</translation>
    </message>
    <message>
        <source>Another address for models when huggingface.co cannot be reached, such as https://hf-mirror.com. Empty: huggingface.co itself.</source>
        <translation>无法访问 huggingface.co 时下载模型所用的地址，例如 https://hf-mirror.com。留空：huggingface.co 本身。</translation>
    </message>
    <message>
        <source>Proxy</source>
        <translation>代理</translation>
    </message>
    <message>
        <source>Such as http://host:port or socks5h://host:port. Empty: what the system says.</source>
        <translation>例如 http://主机:端口 或 socks5h://主机:端口。留空：使用系统设置。</translation>
    </message>
    <message>
        <source>Stay offline</source>
        <translation>保持离线</translation>
    </message>
    <message>
        <source>The program then never uses the network. Downloads of models are the only thing that it ever uses it for.</source>
        <translation>开启后本程序绝不使用网络。它只在下载模型时才会联网。</translation>
    </message>
    <message>
        <source>Compute on</source>
        <translation>计算设备</translation>
    </message>
    <message>
        <source>What makes the videos unless a video&apos;s own settings say another.</source>
        <translation>生成视频所用的设备，除非该视频自己的设置另有指定。</translation>
    </message>
    <message>
        <source>Processor threads</source>
        <translation>处理器线程</translation>
    </message>
    <message>
        <source>Fewer leave more of the computer to other programs. 0: as many as there are cores.</source>
        <translation>线程少一些，其他程序就能用得多一些。0：与核心数相同。</translation>
    </message>
    <message>
        <source>Main memory at most</source>
        <translation>内存上限</translation>
    </message>
    <message>
        <source>Such as 12GB. 0: what is free when a video begins.</source>
        <translation>例如 12GB。0：开始生成时的空闲内存。</translation>
    </message>
    <message>
        <source>Graphics memory at most</source>
        <translation>显存上限</translation>
    </message>
    <message>
        <source>Such as 8GB. 0: what is free when a video begins.</source>
        <translation>例如 8GB。0：开始生成时的空闲显存。</translation>
    </message>
    <message>
        <source>Give memory back after</source>
        <translation>空闲多久后释放内存</translation>
    </message>
    <message>
        <source>So long after the last video the model leaves the memory; the next video loads it again. 0: never.</source>
        <translation>最后一个视频完成后经过这段时间，模型即从内存中卸载；下一个视频会重新加载。0：从不。</translation>
    </message>
    <message>
        <source>Folder for videos</source>
        <translation>视频文件夹</translation>
    </message>
    <message>
        <source>Empty: Turbo Studio in your folder for videos.</source>
        <translation>留空：您的视频文件夹中的 Turbo Studio。</translation>
    </message>
    <message>
        <source>Names of videos</source>
        <translation>视频文件名</translation>
    </message>
    <message>
        <source>Made of {date}, {time}, {seed}, {model}, {prompt} and {source} (the start image), with any text between them.</source>
        <translation>由 {date}（日期）、{time}（时间）、{seed}（种子）、{model}（模型）、{prompt}（提示词）和 {source}（起始图像）组成，其间可加任意文字。</translation>
    </message>
    <message>
        <source>Settings in the video file</source>
        <translation>视频文件中的设置</translation>
    </message>
    <message>
        <source>Kept, anybody who has the file can read prompt and settings and make it again. Left out, only the mark that it was made by a computer stays.</source>
        <translation>保留时，任何得到该文件的人都能读到提示词和设置并重新生成。不写入时，只留下由计算机生成的标识。</translation>
    </message>
    <message>
        <source>Tell when the queue is done</source>
        <translation>队列完成时通知</translation>
    </message>
    <message>
        <source>One notice of the system, and only when the window is not in front.</source>
        <translation>一条系统通知，且仅在窗口不在前台时。</translation>
    </message>
    <message>
        <source>With a sound</source>
        <translation>带提示音</translation>
    </message>
    <message>
        <source>The system&apos;s own sound for notices.</source>
        <translation>系统自带的通知声音。</translation>
    </message>
    <message>
        <source>Progress in the task bar</source>
        <translation>任务栏进度</translation>
    </message>
    <message>
        <source>How far the queue is, on the program&apos;s icon, where the desktop can show it.</source>
        <translation>在桌面支持时，在程序图标上显示队列进度。</translation>
    </message>
</context>
<context>
    <name>studio::ui::Actions</name>
    <message>
        <source>There is no such command.</source>
        <translation>没有这个命令。</translation>
    </message>
    <message>
        <source>This key cannot be used for a command.</source>
        <translation>这个键不能用于命令。</translation>
    </message>
    <message>
        <source>%1 is needed for typing. Use it together with Ctrl or Alt.</source>
        <translation>%1 要用来输入文字。请与 Ctrl 或 Alt 一起使用。</translation>
    </message>
    <message>
        <source>%1 already belongs to “%2”.</source>
        <translation>%1 已用于“%2”。</translation>
    </message>
    <message>
        <source>%1 (%2)</source>
        <comment>words of a command and its key</comment>
        <translation>%1（%2）</translation>
    </message>
</context>
<context>
    <name>studio::ui::AdvancedForm</name>
    <message numerus="yes">
        <source>Advanced  ·  %n changed</source>
        <translation>
            <numerusform>高级  ·  已更改 %n 项</numerusform>
        </translation>
    </message>
    <message>
        <source>Advanced</source>
        <translation>高级</translation>
    </message>
    <message>
        <source>Steps, attention, sampler, precision, memory and other parts</source>
        <translation>步数、注意力、采样器、精度、内存和其他部件</translation>
    </message>
</context>
<context>
    <name>studio::ui::CompareBar</name>
    <message>
        <source>Wipe</source>
        <translation>分割线</translation>
    </message>
    <message>
        <source>Both in one place; drag the line over the picture</source>
        <translation>两个画面重叠；在画面上拖动分割线</translation>
    </message>
    <message>
        <source>Side by side</source>
        <translation>并排</translation>
    </message>
    <message>
        <source>Both beside each other</source>
        <translation>两个画面并排</translation>
    </message>
    <message>
        <source>Where the line stands</source>
        <translation>分割线的位置</translation>
    </message>
    <message>
        <source>Exchange the two</source>
        <translation>交换两个视频</translation>
    </message>
    <message>
        <source>End comparing</source>
        <translation>结束比较</translation>
    </message>
    <message>
        <source>Go back to one video</source>
        <translation>回到一个视频</translation>
    </message>
</context>
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
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
</context>
<context>
    <name>studio::ui::DownloadCard</name>
    <message>
        <source>Download</source>
        <translation>下载</translation>
    </message>
    <message>
        <source>Cancel the download</source>
        <translation>取消下载</translation>
    </message>
    <message>
        <source>What has arrived is deleted.</source>
        <translation>已下载的部分会被删除。</translation>
    </message>
    <message>
        <source>Mirror and proxy…</source>
        <translation>镜像与代理…</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 / %2</translation>
    </message>
    <message>
        <source>Waits for the other download</source>
        <translation>等待另一项下载</translation>
    </message>
    <message>
        <source>Paused at %1</source>
        <translation>已暂停：%1</translation>
    </message>
    <message>
        <source>Stopped at %1</source>
        <translation>已停止：%1</translation>
    </message>
    <message>
        <source>Ready</source>
        <translation>就绪</translation>
    </message>
    <message>
        <source>Checking the files, %1</source>
        <translation>正在校验文件，%1</translation>
    </message>
    <message>
        <source>Waiting for the server, %1</source>
        <translation>正在等待服务器，%1</translation>
    </message>
    <message>
        <source>%1 per second</source>
        <translation>每秒 %1</translation>
    </message>
    <message>
        <source>%1, %2</source>
        <translation>%1，%2</translation>
    </message>
    <message>
        <source>%1, %2, %3</source>
        <translation>%1，%2，%3</translation>
    </message>
    <message>
        <source>Where this host cannot be reached, a mirror or a proxy often helps. What has arrived is kept.</source>
        <translation>如果无法访问该主机，镜像或代理通常有帮助。已下载的部分会保留。</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>暂停</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>继续</translation>
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
    <name>studio::ui::ExportDialog</name>
    <message>
        <source>Export %1</source>
        <translation>导出 %1</translation>
    </message>
    <message numerus="yes">
        <source>Export %n video(s)</source>
        <translation>
            <numerusform>导出 %n 个视频</numerusform>
        </translation>
    </message>
    <message>
        <source>Save as</source>
        <translation>另存为</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>文件夹</translation>
    </message>
    <message>
        <source>Beside the video</source>
        <translation>与视频放在一起</translation>
    </message>
    <message>
        <source>Choose…</source>
        <translation>选择…</translation>
    </message>
    <message>
        <source>Progress of the export</source>
        <translation>导出进度</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>导出</translation>
    </message>
    <message>
        <source>Show in folder</source>
        <translation>在文件夹中显示</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Exporting…</source>
        <translation>正在导出…</translation>
    </message>
    <message>
        <source>Exporting video %1 of %2…</source>
        <translation>正在导出第 %1 个视频，共 %2 个…</translation>
    </message>
    <message>
        <source>%1 × %2, %3 frames at %4 a second, %5 s, about %6. The video has no sound.</source>
        <translation>%1 × %2，%3 帧，每秒 %4 帧，%5 秒，约 %6。视频没有声音。</translation>
    </message>
    <message>
        <source>It becomes %1; nothing is replaced.</source>
        <translation>将保存为 %1；不会替换任何文件。</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Exported as %1 (%2).</source>
        <translation>已导出为 %1（%2）。</translation>
    </message>
    <message numerus="yes">
        <source>%n video(s) exported (%1).</source>
        <translation>
            <numerusform>已导出 %n 个视频（%1）。</numerusform>
        </translation>
    </message>
    <message>
        <source>Stopped. Nothing half-written was left.</source>
        <translation>已停止。没有留下不完整的文件。</translation>
    </message>
</context>
<context>
    <name>studio::ui::ExportForm</name>
    <message>
        <source>MP4 with H.264 - plays everywhere</source>
        <translation>MP4（H.264）- 到处都能播放</translation>
    </message>
    <message>
        <source>For players, phones, browsers and chats of any age.</source>
        <translation>适用于新旧各种播放器、手机、浏览器和聊天软件。</translation>
    </message>
    <message>
        <source>MP4 with HEVC - smaller, newer devices</source>
        <translation>MP4（HEVC）- 更小，适合较新的设备</translation>
    </message>
    <message>
        <source>Plays on phones and computers of the last years; not in every browser.</source>
        <translation>近几年的手机和电脑都能播放；并非所有浏览器都支持。</translation>
    </message>
    <message>
        <source>WebM with VP9 - for web pages</source>
        <translation>WebM（VP9）- 用于网页</translation>
    </message>
    <message>
        <source>Free of licence fees; plays in every browser of today.</source>
        <translation>没有专利费；如今的浏览器都能播放。</translation>
    </message>
    <message>
        <source>WebM with AV1 - smallest, slow to make</source>
        <translation>WebM（AV1）- 最小，制作较慢</translation>
    </message>
    <message>
        <source>Needs a recent browser or player.</source>
        <translation>需要较新的浏览器或播放器。</translation>
    </message>
    <message>
        <source>GIF - moves in every chat and document</source>
        <translation>GIF - 在聊天和文档中都会动</translation>
    </message>
    <message>
        <source>At most 256 colours, and large: choose a small size and few frames.</source>
        <translation>最多 256 种颜色，文件较大：请选择小尺寸和较少的帧。</translation>
    </message>
    <message>
        <source>PNG pictures - every frame without loss</source>
        <translation>PNG 图片 - 每一帧都无损</translation>
    </message>
    <message>
        <source>A folder with numbered pictures, for an editor.</source>
        <translation>一个带编号图片的文件夹，供剪辑软件使用。</translation>
    </message>
    <message>
        <source>MP4 as it is - only what it tells changes</source>
        <translation>原样 MP4 - 只改变文件透露的信息</translation>
    </message>
    <message>
        <source>The same video data, not encoded again: to strip a file before sharing it.</source>
        <translation>视频数据不变，不重新编码：分享前清除文件里的信息。</translation>
    </message>
    <message>
        <source>Format</source>
        <translation>格式</translation>
    </message>
    <message>
        <source>Quality</source>
        <translation>质量</translation>
    </message>
    <message>
        <source>Better quality makes a larger file.</source>
        <translation>质量越高，文件越大。</translation>
    </message>
    <message>
        <source>Small file</source>
        <translation>小文件</translation>
    </message>
    <message>
        <source>Good</source>
        <translation>良好</translation>
    </message>
    <message>
        <source>High</source>
        <translation>高</translation>
    </message>
    <message>
        <source>Best</source>
        <translation>最佳</translation>
    </message>
    <message>
        <source>Frames a second</source>
        <translation>每秒帧数</translation>
    </message>
    <message>
        <source>Frames are shown twice or left out; the length stays.</source>
        <translation>帧会重复显示或被略去；时长不变。</translation>
    </message>
    <message>
        <source>As the video</source>
        <translation>与视频相同</translation>
    </message>
    <message>
        <source>Draw new frames in between, along the movement</source>
        <translation>沿着运动在中间绘制新的帧</translation>
    </message>
    <message>
        <source>Plays</source>
        <translation>播放次数</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>尺寸</translation>
    </message>
    <message>
        <source>Width and height of the picture.</source>
        <translation>画面的宽和高。</translation>
    </message>
    <message>
        <source>Half</source>
        <translation>一半</translation>
    </message>
    <message>
        <source>Own size</source>
        <translation>自定尺寸</translation>
    </message>
    <message>
        <source>Width</source>
        <translation>宽</translation>
    </message>
    <message>
        <source>Height</source>
        <translation>高</translation>
    </message>
    <message>
        <source>The file tells</source>
        <translation>文件透露</translation>
    </message>
    <message>
        <source>What somebody can read out of the file that you share.</source>
        <translation>别人能从您分享的文件里读出什么。</translation>
    </message>
    <message>
        <source>Everything: prompt, model and settings, to make it again</source>
        <translation>全部：提示词、模型和设置，可以再次制作</translation>
    </message>
    <message>
        <source>Only that it was made by artificial intelligence</source>
        <translation>只说明它由人工智能生成</translation>
    </message>
    <message>
        <source>Nothing at all</source>
        <translation>什么都不透露</translation>
    </message>
    <message>
        <source>Movement looks smoother. Slow, and fast movement may tear.</source>
        <translation>动作看起来更流畅。速度慢，快速运动可能出现撕裂。</translation>
    </message>
    <message>
        <source>Choose more frames a second first.</source>
        <translation>请先选择更高的每秒帧数。</translation>
    </message>
    <message>
        <source>For ever</source>
        <translation>一直循环</translation>
    </message>
    <message>
        <source>How often the GIF plays before it stands still.</source>
        <translation>GIF 停下之前播放多少次。</translation>
    </message>
    <message>
        <source>How often the clip stands in the file, for players that do not loop.</source>
        <translation>片段在文件里重复多少次，供不会循环的播放器使用。</translation>
    </message>
</context>
<context>
    <name>studio::ui::FirstRun</name>
    <message>
        <source>Welcome to Turbo Studio</source>
        <translation>欢迎使用 Turbo Studio</translation>
    </message>
    <message>
        <source>Skip</source>
        <translation>跳过</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>上一步</translation>
    </message>
    <message>
        <source>It turns words and pictures into short videos, on this computer. Nothing is sent anywhere.</source>
        <translation>它在这台计算机上把文字和图片变成短视频，不会向任何地方发送内容。</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>语言</translation>
    </message>
    <message>
        <source>Folder for models and everything else</source>
        <translation>存放模型和其他一切的文件夹</translation>
    </message>
    <message>
        <source>Choose another folder…</source>
        <translation>选择其他文件夹…</translation>
    </message>
    <message>
        <source>Welcome</source>
        <translation>欢迎</translation>
    </message>
    <message>
        <source>Looking…</source>
        <translation>正在检查…</translation>
    </message>
    <message>
        <source>Download the recommended model</source>
        <translation>下载推荐的模型</translation>
    </message>
    <message>
        <source>I already have the files…</source>
        <translation>我已有这些文件…</translation>
    </message>
    <message>
        <source>Other models…</source>
        <translation>其他模型…</translation>
    </message>
    <message>
        <source>What this computer can do</source>
        <translation>这台计算机的能力</translation>
    </message>
    <message>
        <source>Try the window meanwhile: the small demo model is here already and makes a video within seconds. The download goes on, also when this window is closed.</source>
        <translation>其间可以先试用窗口：小型演示模型已经就位，几秒钟即可生成视频。关闭此窗口后下载仍会继续。</translation>
    </message>
    <message>
        <source>The model is on its way</source>
        <translation>模型正在下载</translation>
    </message>
    <message>
        <source>%1 (%2 free)</source>
        <translation>%1（可用 %2）</translation>
    </message>
    <message>
        <source>The system&apos;s own folders</source>
        <translation>系统自己的文件夹</translation>
    </message>
    <message>
        <source>Folder for everything</source>
        <translation>存放一切的文件夹</translation>
    </message>
    <message>
        <source>No graphics card that can be used: %1.</source>
        <translation>没有可用的显卡：%1。</translation>
    </message>
    <message>
        <source>%1 with %2.</source>
        <translation>%1，%2。</translation>
    </message>
    <message numerus="yes">
        <source>%1
Processor: %2, %n core(s), %3 of memory.</source>
        <translation>
            <numerusform>%1
处理器：%2，%n 个核心，%3 内存。</numerusform>
        </translation>
    </message>
    <message>
        <source>The published models need more memory than this computer has. The small demo model works at once, and videos that are made elsewhere play here.</source>
        <translation>已发布的模型所需的内存超过这台计算机的内存。小型演示模型可以立即使用，在别处生成的视频也能在这里播放。</translation>
    </message>
    <message>
        <source>more than %1</source>
        <translation>超过 %1</translation>
    </message>
    <message>
        <source>Recommended: %1. To download: %2.</source>
        <translation>推荐：%1。需下载：%2。</translation>
    </message>
    <message>
        <source>%1 A video of five seconds then takes about %2 (a guess).</source>
        <translation>%1五秒的视频大约需要 %2（估计）。</translation>
    </message>
    <message>
        <source>Licence: %1. By downloading you accept it.</source>
        <translation>许可证：%1。下载即表示接受。</translation>
    </message>
    <message>
        <source>Page %1 of %2</source>
        <translation>第 %1 页，共 %2 页</translation>
    </message>
    <message>
        <source>Next</source>
        <translation>下一步</translation>
    </message>
    <message>
        <source>Download</source>
        <translation>下载</translation>
    </message>
    <message>
        <source>Try the demo model</source>
        <translation>试用演示模型</translation>
    </message>
    <message>
        <source>Open the window</source>
        <translation>打开窗口</translation>
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
    <name>studio::ui::FoldersPage</name>
    <message>
        <source>Folders of the program</source>
        <translation>程序的文件夹</translation>
    </message>
    <message>
        <source>What</source>
        <translation>项目</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>大小</translation>
    </message>
    <message>
        <source>Free on its disk</source>
        <translation>所在磁盘可用</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>文件夹</translation>
    </message>
    <message>
        <source>Show in the file manager</source>
        <translation>在文件管理器中显示</translation>
    </message>
    <message>
        <source>Move everything…</source>
        <translation>全部移动…</translation>
    </message>
    <message>
        <source>Models, queue, history, settings and log go to another folder together; videos stay.</source>
        <translation>模型、队列、历史、设置和日志一起移到另一个文件夹；视频保持原位。</translation>
    </message>
    <message>
        <source>The program keeps its files in the folders that the system has for them.</source>
        <translation>程序把文件放在系统为此提供的文件夹中。</translation>
    </message>
    <message>
        <source>The program keeps all its files in %1.</source>
        <translation>程序的所有文件都在 %1 中。</translation>
    </message>
    <message>
        <source>Portable: all files are beside the program, in %1.</source>
        <translation>便携模式：所有文件都在程序旁边的 %1 中。</translation>
    </message>
    <message>
        <source>STUDIO_HOME says that all files are in %1.</source>
        <translation>STUDIO_HOME 指定所有文件都在 %1 中。</translation>
    </message>
    <message>
        <source>Started with --data-root: all files are in %1.</source>
        <translation>以 --data-root 启动：所有文件都在 %1 中。</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Queue and history</source>
        <translation>队列与历史</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
    <message>
        <source>Log and unfinished work</source>
        <translation>日志与未完成的工作</translation>
    </message>
    <message>
        <source>Videos</source>
        <translation>视频</translation>
    </message>
    <message>
        <source>The program itself</source>
        <translation>程序本身</translation>
    </message>
    <message>
        <source>Nothing can be moved while a video is being made.</source>
        <translation>正在生成视频时无法移动。</translation>
    </message>
    <message>
        <source>Folder for everything</source>
        <translation>存放一切的文件夹</translation>
    </message>
    <message>
        <source>Move everything?</source>
        <translation>全部移动？</translation>
    </message>
    <message>
        <source>%1 are moved to %2, where %3 are free. The program ends, moves with a progress bar, and opens again. You may cancel on the way; nothing is lost then.</source>
        <translation>将把 %1 移到 %2，那里可用 %3。程序会退出，在显示进度的同时移动，然后重新打开。途中可以取消，不会丢失任何内容。</translation>
    </message>
    <message>
        <source>Move and restart</source>
        <translation>移动并重启</translation>
    </message>
    <message>
        <source>Keep the folder</source>
        <translation>保留现有文件夹</translation>
    </message>
</context>
<context>
    <name>studio::ui::GpuChip</name>
    <message>
        <source>No GPU</source>
        <translation>无显卡</translation>
    </message>
    <message>
        <source>No GPU: works on the processor</source>
        <translation>没有可用显卡：使用处理器计算</translation>
    </message>
    <message>
        <source>%1 with %2 of memory</source>
        <translation>%1，显存 %2</translation>
    </message>
    <message>
        <source>%1: %2 of %3 free</source>
        <translation>%1：空闲 %2，共 %3</translation>
    </message>
    <message>
        <source>%1  ·  %2 free</source>
        <translation>%1  ·  空闲 %2</translation>
    </message>
    <message>
        <source>Click for the Doctor, which says more.</source>
        <translation>点击打开“诊断”查看详情。</translation>
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
        <source>Try again</source>
        <translation>重试</translation>
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
        <source>Where is the video now?</source>
        <translation>视频现在在哪里？</translation>
    </message>
    <message>
        <source>Videos (*.mp4)</source>
        <translation>视频 (*.mp4)</translation>
    </message>
    <message>
        <source>As a grid</source>
        <translation>网格显示</translation>
    </message>
    <message>
        <source>Show pictures beside each other, or one row each</source>
        <translation>并排显示画面，或每行一个</translation>
    </message>
    <message>
        <source>Made by which model</source>
        <translation>由哪个模型生成</translation>
    </message>
    <message>
        <source>Show only videos of one model</source>
        <translation>只显示一个模型的视频</translation>
    </message>
    <message>
        <source>All models</source>
        <translation>所有模型</translation>
    </message>
    <message>
        <source>No video is like that. Clear the search to see all of them.</source>
        <translation>没有这样的视频。清除搜索可查看全部。</translation>
    </message>
    <message>
        <source>Show its contact sheet</source>
        <translation>显示它的小样页</translation>
    </message>
</context>
<context>
    <name>studio::ui::Housekeeping</name>
    <message>
        <source>Restart the engine?</source>
        <translation>重启引擎？</translation>
    </message>
    <message>
        <source>The video that is being made is interrupted; it stays in the queue.</source>
        <translation>正在生成的视频会被中断；它仍保留在队列中。</translation>
    </message>
    <message>
        <source>Restart</source>
        <translation>重启</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>There is no model yet</source>
        <translation>还没有模型</translation>
    </message>
    <message>
        <source>Download</source>
        <translation>下载</translation>
    </message>
    <message>
        <source>I already have the files…</source>
        <translation>我已有这些文件…</translation>
    </message>
    <message>
        <source>Other models…</source>
        <translation>其他模型…</translation>
    </message>
    <message>
        <source>Add a model that you have, or choose one of the published ones.</source>
        <translation>添加您已有的模型，或选择一个已发布的模型。</translation>
    </message>
    <message>
        <source>more than %1</source>
        <translation>超过 %1</translation>
    </message>
    <message>
        <source>Recommended for this computer: %1. To download: %2.</source>
        <translation>为这台计算机推荐：%1。需下载：%2。</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <translation>%1：%2</translation>
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
    <message>
        <source>Copy what is shown</source>
        <translation>复制所显示的内容</translation>
    </message>
    <message>
        <source>Without your name and your folders; prompts are never in the log.</source>
        <translation>不含您的名字和文件夹；日志中从不包含提示词。</translation>
    </message>
</context>
<context>
    <name>studio::ui::LoraList</name>
    <message>
        <source>none</source>
        <translation>无</translation>
    </message>
    <message>
        <source>Add a LoRA</source>
        <translation>添加 LoRA</translation>
    </message>
    <message>
        <source>Add a LoRA file</source>
        <translation>添加一个 LoRA 文件</translation>
    </message>
    <message>
        <source>LoRA files (*.safetensors);;All files (*)</source>
        <translation>LoRA 文件 (*.safetensors);;所有文件 (*)</translation>
    </message>
    <message>
        <source>Strength of %1</source>
        <translation>%1 的强度</translation>
    </message>
    <message>
        <source>1 is as trained; 0 has no effect; negative inverts.</source>
        <translation>1 为训练时的强度；0 没有效果；负数取反。</translation>
    </message>
    <message>
        <source>Remove %1</source>
        <translation>移除 %1</translation>
    </message>
    <message>
        <source>Remove this LoRA</source>
        <translation>移除这个 LoRA</translation>
    </message>
    <message>
        <source>Expert that %1 is for</source>
        <translation>%1 所属的专家</translation>
    </message>
    <message>
        <source>both</source>
        <translation>两者</translation>
    </message>
    <message>
        <source>first</source>
        <translation>第一个</translation>
    </message>
    <message>
        <source>second</source>
        <translation>第二个</translation>
    </message>
</context>
<context>
    <name>studio::ui::MainWindow</name>
    <message>
        <source>No model was found</source>
        <translation>没有找到模型</translation>
    </message>
    <message>
        <source>Start the program with --model and the folder of a Wan model, or set STUDIO_MODELS to a folder with models in it.</source>
        <translation>请用 --model 加上 Wan 模型的文件夹启动程序，或将 STUDIO_MODELS 设为存放模型的文件夹。</translation>
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
        <source>Seed %1 is queued with the full settings.</source>
        <translation>种子 %1 已按完整设置加入队列。</translation>
    </message>
    <message>
        <source>The chosen model takes no start image.</source>
        <translation>所选模型不使用起始图像。</translation>
    </message>
    <message>
        <source>Cancel the video?</source>
        <translation>取消视频？</translation>
    </message>
    <message>
        <source>This video has been running for over a minute. Cancel it?</source>
        <translation>这个视频已经运行了一分多钟。要取消吗？</translation>
    </message>
    <message>
        <source>Cancel the video</source>
        <translation>取消视频</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>继续</translation>
    </message>
    <message numerus="yes">
        <source>The settings of the first file are shown; %n more file(s) were left out.</source>
        <translation>
            <numerusform>显示的是第一个文件的设置；另外 %n 个文件被略过。</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>studio::ui::MissingBox</name>
    <message>
        <source>Something is missing</source>
        <translation>缺少一些文件</translation>
    </message>
    <message>
        <source>The settings of %1 are back. To make the same video, this is missing on this computer:</source>
        <translation>%1 的设置已恢复。要制作同样的视频，这台电脑上还缺少：</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Models…</source>
        <translation>模型…</translation>
    </message>
    <message>
        <source>Download the model there, or show where you have it.</source>
        <translation>在那里下载模型，或指出它在哪里。</translation>
    </message>
    <message>
        <source>The model %1. It is not a published one: ask for it where the video came from.</source>
        <translation>模型 %1。它不是公开发布的模型：请向视频的来源索取。</translation>
    </message>
    <message>
        <source>The model %1. It can be downloaded as %2.</source>
        <translation>模型 %1。可以作为 %2 下载。</translation>
    </message>
    <message>
        <source>The start image %1: the file is there, but it is another picture now.</source>
        <translation>起始图片 %1：文件还在，但现在是另一张图片。</translation>
    </message>
    <message>
        <source>The start image %1.</source>
        <translation>起始图片 %1。</translation>
    </message>
    <message>
        <source>The end image %1: the file is there, but it is another picture now.</source>
        <translation>结束图片 %1：文件还在，但现在是另一张图片。</translation>
    </message>
    <message>
        <source>The end image %1.</source>
        <translation>结束图片 %1。</translation>
    </message>
    <message>
        <source>The LoRA %1.</source>
        <translation>LoRA %1。</translation>
    </message>
    <message>
        <source>The model file %1.</source>
        <translation>模型文件 %1。</translation>
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
    <message>
        <source>more than %1</source>
        <translation>超过 %1</translation>
    </message>
    <message>
        <source>On this computer</source>
        <translation>在这台计算机上</translation>
    </message>
    <message>
        <source>Published</source>
        <translation>已发布</translation>
    </message>
    <message>
        <source>Licence</source>
        <translation>许可证</translation>
    </message>
    <message>
        <source>Check the files</source>
        <translation>校验文件</translation>
    </message>
    <message>
        <source>Reads every byte and compares it with what was published; takes minutes for large models.</source>
        <translation>读取每个字节并与发布的内容比较；大型模型需要几分钟。</translation>
    </message>
    <message>
        <source>Published models</source>
        <translation>已发布的模型</translation>
    </message>
    <message>
        <source>Download</source>
        <translation>下载</translation>
    </message>
    <message>
        <source>not known</source>
        <translation>未知</translation>
    </message>
    <message>
        <source>Here</source>
        <translation>已有</translation>
    </message>
    <message>
        <source>Not here</source>
        <translation>尚无</translation>
    </message>
    <message>
        <source>Cannot be run yet</source>
        <translation>暂不能运行</translation>
    </message>
    <message>
        <source>From %1</source>
        <translation>来自 %1</translation>
    </message>
    <message>
        <source>%1 are here already; %2 will be fetched.</source>
        <translation>已有 %1；将下载 %2。</translation>
    </message>
    <message>
        <source>This program cannot run it yet.</source>
        <translation>本程序暂时无法运行它。</translation>
    </message>
    <message>
        <source>Reading every byte of %1…</source>
        <translation>正在读取 %1 的每个字节…</translation>
    </message>
    <message>
        <source>Checking: %1 of %2</source>
        <translation>正在校验：%1 / %2</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <translation>%1：%2</translation>
    </message>
    <message>
        <source>%1 is missing.</source>
        <translation>缺少 %1。</translation>
    </message>
    <message numerus="yes">
        <source>%1 is sound: %n file(s) read.</source>
        <translation>
            <numerusform>%1 完好：已读取 %n 个文件。</numerusform>
        </translation>
    </message>
    <message>
        <source>Download it again; only what is damaged or missing is fetched.</source>
        <translation>请重新下载；只会获取损坏或缺失的部分。</translation>
    </message>
</context>
<context>
    <name>studio::ui::MoveDialog</name>
    <message>
        <source>Turbo Studio moves</source>
        <translation>Turbo Studio 正在移动</translation>
    </message>
    <message>
        <source>Everything is moved to %1.</source>
        <translation>正在把一切移到 %1。</translation>
    </message>
    <message>
        <source>How far the move is</source>
        <translation>移动进度</translation>
    </message>
    <message>
        <source>Looking…</source>
        <translation>正在检查…</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 / %2</translation>
    </message>
    <message>
        <source>Comparing the copy: %1</source>
        <translation>正在比较副本：%1</translation>
    </message>
    <message>
        <source>Copying: %1</source>
        <translation>正在复制：%1</translation>
    </message>
    <message>
        <source>%1, %2</source>
        <translation>%1，%2</translation>
    </message>
    <message>
        <source>Nothing was moved.</source>
        <translation>没有移动任何内容。</translation>
    </message>
    <message>
        <source>Go on with the old folder</source>
        <translation>继续使用原文件夹</translation>
    </message>
    <message>
        <source>Cancelling…</source>
        <translation>正在取消…</translation>
    </message>
    <message>
        <source>The folder of the program is not there</source>
        <translation>找不到程序的文件夹</translation>
    </message>
    <message>
        <source>Models, queue and settings are in %1, which cannot be found. Plug the drive in and start the program again.</source>
        <translation>模型、队列和设置在 %1 中，但找不到它。请接上该磁盘后重新启动程序。</translation>
    </message>
</context>
<context>
    <name>studio::ui::Notifier</name>
    <message>
        <source>Show</source>
        <translation>显示</translation>
    </message>
</context>
<context>
    <name>studio::ui::PreferenceRow</name>
    <message>
        <source>As the system</source>
        <translation>跟随系统</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>浅色</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>深色</translation>
    </message>
    <message>
        <source>On</source>
        <translation>开</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>关</translation>
    </message>
    <message>
        <source>What is fastest</source>
        <translation>最快的设备</translation>
    </message>
    <message>
        <source>The processor</source>
        <translation>处理器</translation>
    </message>
    <message>
        <source>The graphics card (CUDA)</source>
        <translation>显卡（CUDA）</translation>
    </message>
    <message>
        <source>Keep them in the file</source>
        <translation>保留在文件中</translation>
    </message>
    <message>
        <source>Leave them out</source>
        <translation>不写入</translation>
    </message>
    <message>
        <source>%1 Acts after a restart.</source>
        <translation>%1重启后生效。</translation>
    </message>
    <message>
        <source>Back to the default</source>
        <translation>恢复默认</translation>
    </message>
    <message>
        <source>Back to the default: %1</source>
        <translation>恢复默认：%1</translation>
    </message>
    <message>
        <source> min</source>
        <translation> 分钟</translation>
    </message>
    <message>
        <source>No limit</source>
        <translation>无限制</translation>
    </message>
    <message>
        <source>The standard folder</source>
        <translation>标准文件夹</translation>
    </message>
    <message>
        <source>Choose a folder</source>
        <translation>选择文件夹</translation>
    </message>
    <message>
        <source>Choose a folder: %1</source>
        <translation>选择文件夹：%1</translation>
    </message>
</context>
<context>
    <name>studio::ui::Presence</name>
    <message>
        <source>The queue is finished</source>
        <translation>队列已完成</translation>
    </message>
    <message>
        <source>The queue has ended</source>
        <translation>队列已结束</translation>
    </message>
    <message numerus="yes">
        <source>%n video(s) are ready.</source>
        <translation>
            <numerusform>%n 个视频已完成。</numerusform>
        </translation>
    </message>
    <message>
        <source>No video could be made.</source>
        <translation>没有视频可以生成。</translation>
    </message>
    <message>
        <source>%1 of %2 videos are ready; the others failed.</source>
        <translation>%2 个视频中有 %1 个已完成，其余的失败了。</translation>
    </message>
    <message numerus="yes">
        <source>%n video(s) failed.</source>
        <translation>
            <numerusform>%n 个视频失败了。</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>studio::ui::PresetButton</name>
    <message>
        <source>Draft</source>
        <translation>草稿</translation>
    </message>
    <message>
        <source>Balanced</source>
        <translation>均衡</translation>
    </message>
    <message>
        <source>Best</source>
        <translation>最佳</translation>
    </message>
    <message>
        <source>Own settings</source>
        <translation>自定义设置</translation>
    </message>
    <message>
        <source>Preset: %1</source>
        <translation>预设：%1</translation>
    </message>
    <message>
        <source>Presets set size, length, steps and more at once.</source>
        <translation>预设一次设定尺寸、时长、步数等。</translation>
    </message>
    <message>
        <source>%1 %2</source>
        <translation>%1%2</translation>
    </message>
    <message>
        <source>Quick and small, to see whether the idea works</source>
        <translation>又快又小，看看想法是否可行</translation>
    </message>
    <message>
        <source>What the model&apos;s makers recommend</source>
        <translation>模型作者推荐的设置</translation>
    </message>
    <message>
        <source>The most that this model gives; takes longer</source>
        <translation>此模型能达到的最好效果；耗时更长</translation>
    </message>
    <message>
        <source>Keep these settings as a preset…</source>
        <translation>将当前设置存为预设…</translation>
    </message>
    <message>
        <source>Delete a preset</source>
        <translation>删除预设</translation>
    </message>
    <message>
        <source>This model cannot use a part of the preset: %1.</source>
        <translation>此模型无法使用预设中的一部分：%1。</translation>
    </message>
    <message>
        <source>The preset was not kept. %1 %2</source>
        <translation>预设没有保存。%1 %2</translation>
    </message>
    <message>
        <source>Delete the preset “%1”?</source>
        <translation>删除预设“%1”？</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>删除</translation>
    </message>
    <message>
        <source>The preset was not deleted. %1 %2</source>
        <translation>预设没有删除。%1 %2</translation>
    </message>
</context>
<context>
    <name>studio::ui::PresetDialog</name>
    <message>
        <source>Keep as a preset</source>
        <translation>存为预设</translation>
    </message>
    <message>
        <source>Name of the preset</source>
        <translation>预设名称</translation>
    </message>
    <message>
        <source>&amp;Name</source>
        <translation>名称(&amp;N)</translation>
    </message>
    <message>
        <source>A preset holds size, length, steps and the advanced settings. The prompt, pictures and the seed are not part of it.</source>
        <translation>预设包含尺寸、时长、步数和高级设置，不包含提示词、图片和种子。</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>保存</translation>
    </message>
    <message>
        <source>Replace</source>
        <translation>替换</translation>
    </message>
    <message>
        <source>%1 %2</source>
        <translation>%1%2</translation>
    </message>
    <message>
        <source>There is a preset with this name. Its settings will be replaced.</source>
        <translation>已有同名预设，其设置将被替换。</translation>
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
    <name>studio::ui::PromptBox</name>
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
        <source>The pasted text is too long: %1 bytes. A prompt has room for %2.</source>
        <translation>粘贴的文字太长：%1 字节。提示词最多 %2 字节。</translation>
    </message>
    <message>
        <source>&amp;Prompt</source>
        <translation>提示词</translation>
    </message>
    <message>
        <source>Earlier prompt</source>
        <translation>较早的提示词</translation>
    </message>
    <message>
        <source>Earlier prompt (Alt+Up)</source>
        <translation>较早的提示词 (Alt+↑)</translation>
    </message>
    <message>
        <source>Later prompt</source>
        <translation>较新的提示词</translation>
    </message>
    <message>
        <source>Later prompt (Alt+Down)</source>
        <translation>较新的提示词 (Alt+↓)</translation>
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
        <source>Fill in a prompt that this model is good at.</source>
        <translation>填入一个该模型擅长的提示词。</translation>
    </message>
    <message>
        <source>There are no earlier prompts yet.</source>
        <translation>还没有用过的提示词。</translation>
    </message>
    <message>
        <source>This is the oldest prompt.</source>
        <translation>这是最早的提示词。</translation>
    </message>
    <message>
        <source>Earlier prompt %1 of %2; Alt+Down goes back.</source>
        <translation>较早的提示词，第 %1 条，共 %2 条；Alt+↓ 返回。</translation>
    </message>
    <message>
        <source>This model was trained on long English descriptions; English may give better results.</source>
        <translation>此模型用较长的英文描述训练；使用英文可能效果更好。</translation>
    </message>
    <message>
        <source>This model was trained on long descriptions: say what is seen, how it moves, the light and the camera.</source>
        <translation>此模型用较长的描述训练：请写出画面内容、如何运动、光线和镜头。</translation>
    </message>
</context>
<context>
    <name>studio::ui::PromptCounter</name>
    <message numerus="yes">
        <source>%n character(s)</source>
        <translation>
            <numerusform>%n 个字符</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 of %2 tokens: the dimmed end is not read by the model</source>
        <translation>%1 / %2 个词元：变暗的结尾模型不会读取</translation>
    </message>
    <message>
        <source>%1 of %2 tokens</source>
        <translation>%1 / %2 个词元</translation>
    </message>
</context>
<context>
    <name>studio::ui::PromptPanel</name>
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
    <message>
        <source>Download model and generate</source>
        <translation>下载模型并生成</translation>
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
    <message>
        <source>Waiting  ·  %1  ·  about %2</source>
        <translation>等待中  ·  %1  ·  约 %2</translation>
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
    <message>
        <source>%1  ·  %2</source>
        <translation>%1  ·  %2</translation>
    </message>
</context>
<context>
    <name>studio::ui::QuitQuestion</name>
    <message>
        <source>Quit Turbo Studio?</source>
        <translation>退出 Turbo Studio？</translation>
    </message>
    <message>
        <source>A video is being made. Finish it in the background?</source>
        <translation>正在生成视频。要在后台完成它吗？</translation>
    </message>
    <message>
        <source>Videos that wait in the queue are kept in any case and wait there at the next start.</source>
        <translation>队列中等待的视频无论如何都会保留，下次启动时仍在那里。</translation>
    </message>
    <message>
        <source>Keep running</source>
        <translation>继续运行</translation>
    </message>
    <message>
        <source>The window closes; the program ends when the video is finished.</source>
        <translation>窗口关闭；视频完成后程序自动结束。</translation>
    </message>
    <message>
        <source>Cancel and quit</source>
        <translation>取消并退出</translation>
    </message>
    <message>
        <source>The video is not finished.</source>
        <translation>视频不会完成。</translation>
    </message>
    <message>
        <source>Don’t quit</source>
        <translation>不退出</translation>
    </message>
</context>
<context>
    <name>studio::ui::ResultActions</name>
    <message>
        <source>Saving %1</source>
        <translation>正在保存 %1</translation>
    </message>
    <message>
        <source>Saved as %1</source>
        <translation>已保存为 %1</translation>
    </message>
    <message>
        <source>Nothing was saved.</source>
        <translation>没有保存任何文件。</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>比较</translation>
    </message>
    <message>
        <source>No video is chosen.</source>
        <translation>没有选择视频。</translation>
    </message>
    <message>
        <source>This is done with one video at a time.</source>
        <translation>这项操作每次只能用于一个视频。</translation>
    </message>
    <message>
        <source>Its latents were not kept; they are when decoding fails or is interrupted.</source>
        <translation>它的潜变量没有保留；只有解码失败或中断时才会保留。</translation>
    </message>
    <message>
        <source>This video was not finished.</source>
        <translation>这个视频没有完成。</translation>
    </message>
    <message>
        <source>The video is not there any more; locate it in the history.</source>
        <translation>视频已不在原处；请在历史中重新定位。</translation>
    </message>
    <message>
        <source>Save the video as</source>
        <translation>视频另存为</translation>
    </message>
    <message>
        <source>Videos (*.mp4)</source>
        <translation>视频 (*.mp4)</translation>
    </message>
    <message>
        <source>The first video is not in the history any more; nothing was compared.</source>
        <translation>原来的视频已不在历史中；没有进行比较。</translation>
    </message>
    <message>
        <source>The command was copied.</source>
        <translation>命令已复制。</translation>
    </message>
    <message>
        <source>Move to the trash</source>
        <translation>移到回收站</translation>
    </message>
    <message numerus="yes">
        <source>Move %n video(s) to the trash?</source>
        <translation>
            <numerusform>要把 %n 个视频移到回收站吗？</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>studio::ui::ResultBar</name>
    <message>
        <source>More</source>
        <translation>更多</translation>
    </message>
    <message>
        <source>Everything that can be done with this video</source>
        <translation>可以对这个视频进行的所有操作</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Stop this; nothing half-finished stays</source>
        <translation>停止；不会留下未完成的文件</translation>
    </message>
</context>
<context>
    <name>studio::ui::ResultWork</name>
    <message>
        <source>It was made with version %1; this is version %2.</source>
        <translation>它由版本 %1 生成；当前是版本 %2。</translation>
    </message>
    <message>
        <source>The model&apos;s files are others than when it was made.</source>
        <translation>模型文件与生成它时的不同。</translation>
    </message>
    <message>
        <source>Its model is not here: %1.</source>
        <translation>它的模型不在这里：%1。</translation>
    </message>
    <message>
        <source>It was computed on %1; here it would be %2.</source>
        <translation>它在 %1 上计算；这里会使用 %2。</translation>
    </message>
    <message>
        <source>It was computed in %1; here it would be %2.</source>
        <translation>它以 %1 精度计算；这里会使用 %2。</translation>
    </message>
    <message numerus="yes">
        <source>Identical: all %n frame(s) are the same.</source>
        <translation>
            <numerusform>完全相同：全部 %n 帧一致。</numerusform>
        </translation>
    </message>
    <message>
        <source>It differs from frame %1 of %2 on.</source>
        <translation>从第 %1 帧（共 %2 帧）起不同。</translation>
    </message>
</context>
<context>
    <name>studio::ui::ScrubStrip</name>
    <message>
        <source>%1 s</source>
        <translation>%1 秒</translation>
    </message>
</context>
<context>
    <name>studio::ui::SeedRow</name>
    <message>
        <source>Seed</source>
        <translation>种子</translation>
    </message>
    <message>
        <source>The number that the noise is drawn from. The same seed and settings give the same video.</source>
        <translation>生成噪声所用的数字。相同的种子和设置会得到相同的视频。</translation>
    </message>
    <message>
        <source>Random</source>
        <translation>随机</translation>
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
        <source>Keep one seed</source>
        <translation>固定种子</translation>
    </message>
    <message>
        <source>Keep the same seed for the next videos.</source>
        <translation>接下来的视频使用同一个种子。</translation>
    </message>
    <message>
        <source>Reuse the last seed</source>
        <translation>使用上一个种子</translation>
    </message>
    <message>
        <source>Use the last video&apos;s seed again: %1</source>
        <translation>再次使用上一个视频的种子：%1</translation>
    </message>
    <message>
        <source>There is no last seed yet: make a video first.</source>
        <translation>还没有上一个种子：请先生成一个视频。</translation>
    </message>
    <message>
        <source>The seed %1 is too large.</source>
        <translation>种子 %1 太大。</translation>
    </message>
    <message>
        <source>Use a number up to 9223372036854775807, or the dice.</source>
        <translation>请使用不超过 9223372036854775807 的数字，或点击骰子。</translation>
    </message>
</context>
<context>
    <name>studio::ui::SettingRow</name>
    <message>
        <source>The model&apos;s own</source>
        <translation>模型默认</translation>
    </message>
    <message>
        <source>the model&apos;s own</source>
        <translation>模型自带</translation>
    </message>
    <message>
        <source> GB</source>
        <translation> GB</translation>
    </message>
    <message>
        <source>What is free</source>
        <translation>空闲部分</translation>
    </message>
    <message>
        <source>Choose a file</source>
        <translation>选择文件</translation>
    </message>
    <message>
        <source>Reset %1</source>
        <translation>重置%1</translation>
    </message>
    <message>
        <source>Back to what the model wants</source>
        <translation>恢复为模型的设置</translation>
    </message>
    <message>
        <source>Back to what the model wants: %1</source>
        <translation>恢复为模型的设置：%1</translation>
    </message>
</context>
<context>
    <name>studio::ui::SettingRules</name>
    <message>
        <source>Only the rCM sampler has modes.</source>
        <translation>只有 rCM 采样器有模式。</translation>
    </message>
    <message>
        <source>The rCM sampler uses Sigma max instead.</source>
        <translation>rCM 采样器改用 Sigma 最大值。</translation>
    </message>
    <message>
        <source>Only the rCM sampler uses it.</source>
        <translation>只有 rCM 采样器使用它。</translation>
    </message>
    <message>
        <source>This model was distilled to work without guidance.</source>
        <translation>此模型经过蒸馏，无需引导。</translation>
    </message>
    <message>
        <source>This model has one transformer; there is no second expert.</source>
        <translation>此模型只有一个变换器，没有第二个专家。</translation>
    </message>
    <message>
        <source>This model has no weights for sparse attention.</source>
        <translation>此模型没有稀疏注意力的权重。</translation>
    </message>
    <message>
        <source>Acts with SLA and SageSLA attention only.</source>
        <translation>仅在 SLA 和 SageSLA 注意力下有效。</translation>
    </message>
    <message>
        <source>This model reads no pictures.</source>
        <translation>此模型不读取图片。</translation>
    </message>
    <message>
        <source>There is no graphics card to limit.</source>
        <translation>没有可限制的显卡。</translation>
    </message>
    <message>
        <source>The graphics card computes.</source>
        <translation>由显卡计算。</translation>
    </message>
    <message>
        <source>No graphics card was found.</source>
        <translation>没有找到显卡。</translation>
    </message>
</context>
<context>
    <name>studio::ui::SettingWords</name>
    <message>
        <source>Steps</source>
        <translation>步数</translation>
    </message>
    <message>
        <source>How often the model goes over the pictures. More steps give cleaner pictures and take longer.</source>
        <translation>模型处理画面的次数。步数越多画面越干净，用时也越长。</translation>
    </message>
    <message>
        <source>Sampler</source>
        <translation>采样器</translation>
    </message>
    <message>
        <source>How the steps are taken. The model&apos;s own is nearly always best.</source>
        <translation>每一步如何进行。模型自带的几乎总是最好。</translation>
    </message>
    <message>
        <source>Sampler mode</source>
        <translation>采样模式</translation>
    </message>
    <message>
        <source>SDE draws new noise at every step: lively. ODE draws none: calmer and sharper.</source>
        <translation>SDE 每一步加入新噪声：更生动。ODE 不加：更平稳、更清晰。</translation>
    </message>
    <message>
        <source>Attention</source>
        <translation>注意力</translation>
    </message>
    <message>
        <source>How the parts of the video look at each other. Auto takes what the model was made for; Dense is the most exact and the slowest.</source>
        <translation>视频各部分如何相互关注。“自动”使用模型所设计的方式；“稠密”最精确也最慢。</translation>
    </message>
    <message>
        <source>SLA top-k</source>
        <translation>SLA top-k</translation>
    </message>
    <message>
        <source>The share that sparse attention looks at exactly. More is slower and follows details better.</source>
        <translation>稀疏注意力精确计算的比例。越大越慢，细节越好。</translation>
    </message>
    <message>
        <source>Guidance</source>
        <translation>引导强度</translation>
    </message>
    <message>
        <source>How strictly the prompt is followed. 1 turns it off and halves the time.</source>
        <translation>遵循提示词的严格程度。1 表示关闭，时间减半。</translation>
    </message>
    <message>
        <source>Guidance, second expert</source>
        <translation>引导强度（第二专家）</translation>
    </message>
    <message>
        <source>The same for the expert that finishes the details.</source>
        <translation>负责细节的专家的同一设置。</translation>
    </message>
    <message>
        <source>Expert switch</source>
        <translation>专家切换点</translation>
    </message>
    <message>
        <source>Noise level at which the expert for details takes over from the one for composition.</source>
        <translation>在此噪声水平，由负责细节的专家接替负责构图的专家。</translation>
    </message>
    <message>
        <source>Shift</source>
        <translation>偏移</translation>
    </message>
    <message>
        <source>Spends more of the steps on the composition. Larger for larger videos.</source>
        <translation>把更多步数用于构图。视频越大取值越大。</translation>
    </message>
    <message>
        <source>Sigma max</source>
        <translation>Sigma 最大值</translation>
    </message>
    <message>
        <source>Noise level of the first step.</source>
        <translation>第一步的噪声水平。</translation>
    </message>
    <message>
        <source>Frames per second</source>
        <translation>每秒帧数</translation>
    </message>
    <message>
        <source>How fast the frames are played. The model was trained at its own; others look like slow or fast motion.</source>
        <translation>播放帧的速度。模型按自己的帧率训练；其他值看起来像慢放或快放。</translation>
    </message>
    <message>
        <source>File quality (CRF)</source>
        <translation>文件质量 (CRF)</translation>
    </message>
    <message>
        <source>Of the video file: smaller is better and larger on the disk.</source>
        <translation>视频文件的质量：数值越小越好，文件也越大。</translation>
    </message>
    <message>
        <source>Precision</source>
        <translation>精度</translation>
    </message>
    <message>
        <source>Number format of the computation. Auto takes what is fast here.</source>
        <translation>计算的数值格式。“自动”选用本机较快的一种。</translation>
    </message>
    <message>
        <source>Compute on</source>
        <translation>计算设备</translation>
    </message>
    <message>
        <source>Graphics card or processor.</source>
        <translation>显卡或处理器。</translation>
    </message>
    <message>
        <source>Processor threads</source>
        <translation>处理器线程</translation>
    </message>
    <message>
        <source>How many cores may work at once. 0 takes all.</source>
        <translation>可同时使用多少个核心。0 表示全部。</translation>
    </message>
    <message>
        <source>Memory limit</source>
        <translation>内存上限</translation>
    </message>
    <message>
        <source>Main memory that the program may use. With less it takes a slower way.</source>
        <translation>程序可用的内存。较少时会采用较慢的方式。</translation>
    </message>
    <message>
        <source>Graphics memory limit</source>
        <translation>显存上限</translation>
    </message>
    <message>
        <source>The same for the graphics card.</source>
        <translation>显卡的同一设置。</translation>
    </message>
    <message>
        <source>LoRAs</source>
        <translation>LoRA</translation>
    </message>
    <message>
        <source>Files that teach the model a style or a motion. Strength 1 is as trained.</source>
        <translation>教会模型某种风格或动作的文件。强度 1 为训练时的强度。</translation>
    </message>
    <message>
        <source>Other VAE</source>
        <translation>其他 VAE</translation>
    </message>
    <message>
        <source>Another file for the part that turns numbers into pictures.</source>
        <translation>把数值变成画面的部件，改用另一个文件。</translation>
    </message>
    <message>
        <source>Other text encoder</source>
        <translation>其他文本编码器</translation>
    </message>
    <message>
        <source>Another file for the part that reads the prompt.</source>
        <translation>读取提示词的部件，改用另一个文件。</translation>
    </message>
    <message>
        <source>Other tokenizer</source>
        <translation>其他分词器</translation>
    </message>
    <message>
        <source>Another file for the list of word pieces.</source>
        <translation>词片列表改用另一个文件。</translation>
    </message>
    <message>
        <source>Other second expert</source>
        <translation>其他第二专家</translation>
    </message>
    <message>
        <source>Another file for the expert that finishes the details.</source>
        <translation>负责细节的专家，改用另一个文件。</translation>
    </message>
    <message>
        <source>Other image encoder</source>
        <translation>其他图像编码器</translation>
    </message>
    <message>
        <source>Another file for the part that reads pictures.</source>
        <translation>读取图片的部件，改用另一个文件。</translation>
    </message>
    <message>
        <source>Auto</source>
        <translation>自动</translation>
    </message>
    <message>
        <source>Processor</source>
        <translation>处理器</translation>
    </message>
    <message>
        <source>Graphics card (CUDA)</source>
        <translation>显卡 (CUDA)</translation>
    </message>
    <message>
        <source>Dense</source>
        <translation>稠密</translation>
    </message>
    <message>
        <source>SLA</source>
        <translation>SLA</translation>
    </message>
    <message>
        <source>SageSLA</source>
        <translation>SageSLA</translation>
    </message>
    <message>
        <source>Sage</source>
        <translation>Sage</translation>
    </message>
    <message>
        <source>rCM (few steps)</source>
        <translation>rCM（少步数）</translation>
    </message>
    <message>
        <source>UniPC</source>
        <translation>UniPC</translation>
    </message>
    <message>
        <source>Euler</source>
        <translation>Euler</translation>
    </message>
    <message>
        <source>DPM++</source>
        <translation>DPM++</translation>
    </message>
    <message>
        <source>Euler, even steps</source>
        <translation>Euler（等距步）</translation>
    </message>
    <message>
        <source>SDE</source>
        <translation>SDE</translation>
    </message>
    <message>
        <source>ODE</source>
        <translation>ODE</translation>
    </message>
    <message>
        <source>32 bit</source>
        <translation>32 位</translation>
    </message>
    <message>
        <source>16 bit (bf16)</source>
        <translation>16 位 (bf16)</translation>
    </message>
</context>
<context>
    <name>studio::ui::SettingsDialog</name>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
    <message>
        <source>Search settings</source>
        <translation>搜索设置</translation>
    </message>
    <message>
        <source>Pages of the settings</source>
        <translation>设置页面</translation>
    </message>
    <message>
        <source>General</source>
        <translation>常规</translation>
    </message>
    <message>
        <source>Folders</source>
        <translation>文件夹</translation>
    </message>
    <message>
        <source>Downloads and network</source>
        <translation>下载与网络</translation>
    </message>
    <message>
        <source>Performance</source>
        <translation>性能</translation>
    </message>
    <message>
        <source>Videos</source>
        <translation>视频</translation>
    </message>
    <message>
        <source>Notices</source>
        <translation>通知</translation>
    </message>
    <message>
        <source>Shortcuts</source>
        <translation>快捷键</translation>
    </message>
    <message>
        <source>Reset everything…</source>
        <translation>全部重置…</translation>
    </message>
    <message>
        <source>No setting has these words.</source>
        <translation>没有包含这些词的设置。</translation>
    </message>
    <message>
        <source>Reset everything?</source>
        <translation>全部重置？</translation>
    </message>
    <message>
        <source>Every setting goes back to its default, shortcuts too. Models, videos and folders stay as they are.</source>
        <translation>所有设置恢复默认，快捷键也是。模型、视频和文件夹保持不变。</translation>
    </message>
    <message>
        <source>Reset</source>
        <translation>重置</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>保留</translation>
    </message>
</context>
<context>
    <name>studio::ui::SettingsForm</name>
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
        <source>See&amp;d</source>
        <translation>种子</translation>
    </message>
    <message numerus="yes">
        <source>%n frame(s)</source>
        <translation>
            <numerusform>%n 帧</numerusform>
        </translation>
    </message>
    <message>
        <source>the model&apos;s own</source>
        <translation>模型自带</translation>
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
    <message numerus="yes">
        <source>%1, %n frame(s) at %2 fps</source>
        <translation>
            <numerusform>%1，%n 帧，每秒 %2 帧</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>studio::ui::SheetModel</name>
    <message>
        <source>Waiting</source>
        <translation>等待中</translation>
    </message>
    <message>
        <source>Interrupted</source>
        <translation>已中断</translation>
    </message>
    <message>
        <source>Making it: %1 %</source>
        <translation>正在生成：%1 %</translation>
    </message>
    <message>
        <source>Failed</source>
        <translation>失败</translation>
    </message>
    <message>
        <source>Cancelled</source>
        <translation>已取消</translation>
    </message>
    <message>
        <source>Ready</source>
        <translation>完成</translation>
    </message>
    <message>
        <source>Seed %1</source>
        <translation>种子 %1</translation>
    </message>
    <message>
        <source>Seed %1: %2</source>
        <translation>种子 %1：%2</translation>
    </message>
</context>
<context>
    <name>studio::ui::SheetView</name>
    <message>
        <source>Contact sheet</source>
        <translation>小样页</translation>
    </message>
    <message>
        <source>Close the contact sheet</source>
        <translation>关闭小样页</translation>
    </message>
    <message>
        <source>Close; it stays in the history</source>
        <translation>关闭；它会保留在历史中</translation>
    </message>
    <message>
        <source>Quick tries, each with a seed of its own</source>
        <translation>快速小样，每个有自己的种子</translation>
    </message>
    <message>
        <source>Finish this one</source>
        <translation>完成这一个</translation>
    </message>
    <message>
        <source>Make it with the full settings and the same seed</source>
        <translation>用完整设置和相同种子生成</translation>
    </message>
    <message>
        <source>More like this</source>
        <translation>更多类似的</translation>
    </message>
    <message>
        <source>Another sheet with the settings of this try and new seeds</source>
        <translation>用这个小样的设置和新的种子再做一页</translation>
    </message>
    <message>
        <source>Cancel the rest</source>
        <translation>取消其余的</translation>
    </message>
    <message>
        <source>Make no more tries of this sheet</source>
        <translation>不再生成这一页的小样</translation>
    </message>
    <message>
        <source>Contact sheet: %1 of %2 ready</source>
        <translation>小样页：%1 / %2 已完成</translation>
    </message>
    <message>
        <source>In full size details become sharper, and the composition may shift.</source>
        <translation>完整尺寸下细节更清晰，构图可能略有变化。</translation>
    </message>
    <message>
        <source>Point at a try to see it move; choose one to finish it in full.</source>
        <translation>指向一个小样可看到它动起来；选择一个来完整生成。</translation>
    </message>
</context>
<context>
    <name>studio::ui::ShortcutsDialog</name>
    <message>
        <source>Shortcuts</source>
        <translation>快捷键</translation>
    </message>
</context>
<context>
    <name>studio::ui::ShortcutsPage</name>
    <message>
        <source>Everywhere</source>
        <translation>任何位置</translation>
    </message>
    <message>
        <source>On the stage</source>
        <translation>在舞台上</translation>
    </message>
    <message>
        <source>In the queue and the history</source>
        <translation>在队列和历史中</translation>
    </message>
    <message>
        <source>Search commands and keys</source>
        <translation>搜索命令和按键</translation>
    </message>
    <message>
        <source>Commands and their keys</source>
        <translation>命令及其按键</translation>
    </message>
    <message>
        <source>Command</source>
        <translation>命令</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>按键</translation>
    </message>
    <message>
        <source>New key for the chosen command</source>
        <translation>所选命令的新按键</translation>
    </message>
    <message>
        <source>No key</source>
        <translation>无按键</translation>
    </message>
    <message>
        <source>Usual key</source>
        <translation>默认按键</translation>
    </message>
    <message>
        <source>Reset all</source>
        <translation>全部重置</translation>
    </message>
    <message>
        <source>%1   (changed)</source>
        <translation>%1   （已更改）</translation>
    </message>
</context>
<context>
    <name>studio::ui::SizeForm</name>
    <message>
        <source>Resolution</source>
        <translation>分辨率</translation>
    </message>
    <message>
        <source>How many pixels the video has. The marked resolution is the one that the model knows best.</source>
        <translation>视频有多少像素。标出的分辨率是模型最擅长的。</translation>
    </message>
    <message>
        <source>Aspect ratio</source>
        <translation>宽高比</translation>
    </message>
    <message>
        <source>&amp;Aspect</source>
        <translation>宽高比(&amp;A)</translation>
    </message>
    <message>
        <source>&amp;Resolution</source>
        <translation>分辨率(&amp;R)</translation>
    </message>
    <message>
        <source>Width in pixels</source>
        <translation>宽度（像素）</translation>
    </message>
    <message>
        <source>Height in pixels</source>
        <translation>高度（像素）</translation>
    </message>
    <message>
        <source>%1, best</source>
        <translation>%1，最佳</translation>
    </message>
    <message>
        <source>The resolution that this model knows best</source>
        <translation>此模型最擅长的分辨率</translation>
    </message>
    <message>
        <source>The model&apos;s own</source>
        <translation>由模型决定</translation>
    </message>
    <message>
        <source>%1 × %2</source>
        <translation>%1 × %2</translation>
    </message>
    <message>
        <source>Other…</source>
        <translation>其他…</translation>
    </message>
    <message>
        <source>%1:%2</source>
        <translation>%1:%2</translation>
    </message>
    <message>
        <source>%1 square</source>
        <translation>%1 方形</translation>
    </message>
    <message>
        <source>%1 wide</source>
        <translation>%1 横向</translation>
    </message>
    <message>
        <source>%1 tall</source>
        <translation>%1 纵向</translation>
    </message>
    <message>
        <source>Width and height below decide the shape.</source>
        <translation>形状由下面的宽度和高度决定。</translation>
    </message>
    <message>
        <source>The video follows the picture&apos;s shape. Choose another fit to decide it here.</source>
        <translation>视频采用图片的形状。选择其他适配方式后可在此决定。</translation>
    </message>
    <message>
        <source>This model was made for the sizes in the list. Other… takes any size.</source>
        <translation>此模型为列表中的尺寸而制作。“其他…”可用任意尺寸。</translation>
    </message>
    <message>
        <source>The sizes of this model are not known yet.</source>
        <translation>尚不知道此模型的尺寸。</translation>
    </message>
    <message>
        <source>Shape of the video: width to height</source>
        <translation>视频的形状：宽比高</translation>
    </message>
    <message>
        <source>The model decides width and height.</source>
        <translation>宽度和高度由模型决定。</translation>
    </message>
    <message>
        <source>Shape of the picture, about as many pixels as %1 × %2</source>
        <translation>采用图片的形状，像素数约为 %1 × %2</translation>
    </message>
    <message>
        <source>%1 × %2 pixels</source>
        <translation>%1 × %2 像素</translation>
    </message>
</context>
<context>
    <name>studio::ui::StageController</name>
    <message>
        <source>%1 Made again, it may look different.</source>
        <translation>%1 再次生成时可能会有所不同。</translation>
    </message>
    <message>
        <source>Choose the other video in the history.</source>
        <translation>请在历史中选择另一个视频。</translation>
    </message>
    <message>
        <source>seed %1  ·  %2</source>
        <translation>种子 %1  ·  %2</translation>
    </message>
    <message>
        <source>Preview  ·  step %1 of %2</source>
        <translation>预览  ·  第 %1 步，共 %2 步</translation>
    </message>
    <message>
        <source>Preview</source>
        <translation>预览</translation>
    </message>
</context>
<context>
    <name>studio::ui::StageView</name>
    <message>
        <source>Stage</source>
        <translation>舞台</translation>
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
        <source>A  ·  %1</source>
        <translation>A  ·  %1</translation>
    </message>
    <message>
        <source>B  ·  %1</source>
        <translation>B  ·  %1</translation>
    </message>
    <message>
        <source>Two videos: %1, and %2</source>
        <translation>两个视频：%1 和 %2</translation>
    </message>
    <message>
        <source>Turbo Studio</source>
        <translation>Turbo Studio</translation>
    </message>
</context>
<context>
    <name>studio::ui::TopBar</name>
    <message>
        <source>%1 (%2)</source>
        <translation>%1（%2）</translation>
    </message>
    <message>
        <source>%1  ·  %2</source>
        <translation>%1  ·  %2</translation>
    </message>
    <message>
        <source>Turbo Studio</source>
        <translation>Turbo Studio</translation>
    </message>
    <message>
        <source>Text to video</source>
        <translation>文生视频</translation>
    </message>
    <message>
        <source>Image to video</source>
        <translation>图生视频</translation>
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
        <source>Menu</source>
        <translation>菜单</translation>
    </message>
    <message>
        <source>Models, Doctor, log and more</source>
        <translation>模型、诊断、日志等</translation>
    </message>
    <message>
        <source>%1 (incomplete)</source>
        <translation>%1（不完整）</translation>
    </message>
    <message>
        <source>Missing:</source>
        <translation>缺少：</translation>
    </message>
    <message>
        <source>None of the models here makes videos from pictures. Menu, Models… shows which do and how to get them.</source>
        <translation>这里没有能从图片生成视频的模型。菜单中的“模型…”会说明哪些可以以及如何获取。</translation>
    </message>
    <message>
        <source>None of the models here makes videos from text alone. Menu, Models… shows which do and how to get them.</source>
        <translation>这里没有仅凭文字生成视频的模型。菜单中的“模型…”会说明哪些可以以及如何获取。</translation>
    </message>
    <message>
        <source>Make a video from words (Ctrl+1)</source>
        <translation>用文字生成视频 (Ctrl+1)</translation>
    </message>
    <message>
        <source>Make a video that starts from a picture (Ctrl+2)</source>
        <translation>从一张图片开始生成视频 (Ctrl+2)</translation>
    </message>
</context>
<context>
    <name>studio::ui::TransportBar</name>
    <message>
        <source>%1×</source>
        <translation>%1×</translation>
    </message>
    <message>
        <source>Position in the video</source>
        <translation>视频中的位置</translation>
    </message>
    <message>
        <source>Play</source>
        <translation>播放</translation>
    </message>
    <message>
        <source>Play or pause (Space)</source>
        <translation>播放或暂停（空格键）</translation>
    </message>
    <message>
        <source>One frame back</source>
        <translation>后退一帧</translation>
    </message>
    <message>
        <source>One frame back (left)</source>
        <translation>后退一帧（左方向键）</translation>
    </message>
    <message>
        <source>One frame on</source>
        <translation>前进一帧</translation>
    </message>
    <message>
        <source>One frame on (right)</source>
        <translation>前进一帧（右方向键）</translation>
    </message>
    <message>
        <source>Loop</source>
        <translation>循环</translation>
    </message>
    <message>
        <source>Begin again at the end</source>
        <translation>到结尾后重新开始</translation>
    </message>
    <message>
        <source>Actual size</source>
        <translation>实际大小</translation>
    </message>
    <message>
        <source>Show one pixel of the video on one pixel of the screen (Z)</source>
        <translation>视频的一个像素对应屏幕的一个像素（Z）</translation>
    </message>
    <message>
        <source>Full screen</source>
        <translation>全屏</translation>
    </message>
    <message>
        <source>Fill the screen (F11 or double click)</source>
        <translation>铺满屏幕（F11 或双击）</translation>
    </message>
    <message>
        <source>Speed</source>
        <translation>速度</translation>
    </message>
    <message>
        <source>How fast the video plays (J, K and L shuttle)</source>
        <translation>视频播放的快慢（J、K、L 键穿梭）</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>暂停</translation>
    </message>
    <message>
        <source>Leave full screen</source>
        <translation>退出全屏</translation>
    </message>
    <message>
        <source>%1 s  ·  %2 / %3</source>
        <translation>%1 秒  ·  %2 / %3</translation>
    </message>
    <message>
        <source>Speed: %1</source>
        <translation>速度：%1</translation>
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
