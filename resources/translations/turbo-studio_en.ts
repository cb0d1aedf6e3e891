<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
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
    <name>studio::ui::HistoryPanel</name>
    <message numerus="yes">
        <source>Move %n video(s) to the trash?</source>
        <translation>
            <numerusform>Move %n video to the trash?</numerusform>
            <numerusform>Move %n videos to the trash?</numerusform>
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
</context>
<context>
    <name>studio::ui::PromptPanel</name>
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
    <name>studio::ui::SettingsForm</name>
    <message numerus="yes">
        <source>%n frame(s)</source>
        <translation>
            <numerusform>%n frame</numerusform>
            <numerusform>%n frames</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1, %n frame(s)</source>
        <translation>
            <numerusform>%1, %n frame</numerusform>
            <numerusform>%1, %n frames</numerusform>
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
