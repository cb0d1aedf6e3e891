<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
<context>
    <name>studio::ui::AdvancedForm</name>
    <message numerus="yes">
        <source>Advanced  ·  %n changed</source>
        <translation>
            <numerusform>Advanced  ·  %n changed</numerusform>
            <numerusform>Advanced  ·  %n changed</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>studio::ui::ExportDialog</name>
    <message numerus="yes">
        <source>Export %n video(s)</source>
        <translation>
            <numerusform>Export %n video</numerusform>
            <numerusform>Export %n videos</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n video(s) exported (%1).</source>
        <translation>
            <numerusform>%n video exported (%1).</numerusform>
            <numerusform>%n videos exported (%1).</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>studio::ui::FirstRun</name>
    <message numerus="yes">
        <source>%1
Processor: %2, %n core(s), %3 of memory.</source>
        <translation>
            <numerusform>%1
Processor: %2, %n core, %3 of memory.</numerusform>
            <numerusform>%1
Processor: %2, %n cores, %3 of memory.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>studio::ui::FitLine</name>
    <message numerus="yes">
        <source>Use %n frame(s)</source>
        <translation>
            <numerusform>Use %n frame</numerusform>
            <numerusform>Use %n frames</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>studio::ui::ImageWell</name>
    <message numerus="yes">
        <source>%n more picture(s) left out</source>
        <translation>
            <numerusform>%n more picture left out</numerusform>
            <numerusform>%n more pictures left out</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>studio::ui::MainWindow</name>
    <message numerus="yes">
        <source>The list of jobs was damaged and has been rebuilt: %n job(s) were found.</source>
        <translation>
            <numerusform>The list of jobs was damaged and has been rebuilt: %n job was found.</numerusform>
            <numerusform>The list of jobs was damaged and has been rebuilt: %n jobs were found.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>The settings of the first file are shown; %n more file(s) were left out.</source>
        <translation>
            <numerusform>The settings of the first file are shown; %n more file was left out.</numerusform>
            <numerusform>The settings of the first file are shown; %n more files were left out.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>studio::ui::ModelsDialog</name>
    <message numerus="yes">
        <source>%1 is sound: %n file(s) read.</source>
        <translation>
            <numerusform>%1 is sound: %n file read.</numerusform>
            <numerusform>%1 is sound: %n files read.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>studio::ui::Presence</name>
    <message numerus="yes">
        <source>%n video(s) are ready.</source>
        <translation>
            <numerusform>%n video is ready.</numerusform>
            <numerusform>%n videos are ready.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n video(s) failed.</source>
        <translation>
            <numerusform>%n video failed.</numerusform>
            <numerusform>%n videos failed.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>studio::ui::PromptCounter</name>
    <message numerus="yes">
        <source>%n character(s)</source>
        <translation>
            <numerusform>%n character</numerusform>
            <numerusform>%n characters</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>studio::ui::QueuePanel</name>
    <message numerus="yes">
        <source>%n waiting</source>
        <translation>
            <numerusform>%n waiting</numerusform>
            <numerusform>%n waiting</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>studio::ui::ResultActions</name>
    <message numerus="yes">
        <source>Move %n video(s) to the trash?</source>
        <translation>
            <numerusform>Move %n video to the trash?</numerusform>
            <numerusform>Move %n videos to the trash?</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>studio::ui::ResultWork</name>
    <message numerus="yes">
        <source>Identical: all %n frame(s) are the same.</source>
        <translation>
            <numerusform>Identical: %n frame, the same.</numerusform>
            <numerusform>Identical: all %n frames are the same.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>studio::ui::SettingsForm</name>
    <message numerus="yes">
        <source>%n frame(s)</source>
        <translation>
            <numerusform>%n frame</numerusform>
            <numerusform>%n frames</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1, %n frame(s) at %2 fps</source>
        <translation>
            <numerusform>%1, %n frame at %2 fps</numerusform>
            <numerusform>%1, %n frames at %2 fps</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>studio::ui::Wording</name>
    <message numerus="yes">
        <source>%n frame(s)</source>
        <translation>
            <numerusform>%n frame</numerusform>
            <numerusform>%n frames</numerusform>
        </translation>
    </message>
</context>
</TS>
