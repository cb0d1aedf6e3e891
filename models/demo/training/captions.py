"""English and Chinese captions: synonyms, word order, case, punctuation.

An attribute may go unsaid only where the world has a default for it (no motion: it bounces;
no place: a meadow; no colour: yellow), so that even a bare "a cat" names exactly one clip.
"""
import re

import world

DEFAULTS = dict(colour=world.COLOURS.index("yellow"), motion=world.MOTIONS.index("bounce"),
                background=world.BACKGROUNDS.index("meadow"))

EN = dict(
    shape=[["star", "star", "little star"], ["heart", "heart", "love heart"],
           ["balloon", "hot air balloon", "hot-air balloon"], ["boat", "sailboat", "ship", "sailing boat"],
           ["fish", "fish", "little fish"], ["moon", "crescent moon", "crescent"],
           ["rocket", "rocket", "spaceship", "space rocket"], ["cat", "cat", "kitten", "kitty", "cat face"]],
    colour=[["red", "red", "crimson"], ["orange"], ["yellow", "yellow", "golden"], ["green"], ["blue"],
            ["purple", "purple", "violet"], ["pink"], ["white"]],
    motion=[
        ["moving left", "moves left", "drifting left", "drifting to the left", "going to the left",
         "flying left", "gliding to the left", "sailing to the left", "travelling left", "swimming left"],
        ["moving right", "moves right", "drifting right", "drifting to the right", "going to the right",
         "flying right", "gliding to the right", "sailing to the right", "travelling right", "swimming right"],
        ["rising", "rises", "moving up", "going up", "flying up", "floating up", "climbing up", "taking off", "flying upwards"],
        ["falling", "falls", "moving down", "going down", "sinking", "dropping", "coming down", "falling down", "landing", "descending"],
        ["bouncing", "bounces", "jumping", "jumping up and down", "hopping", "bouncing up and down", "jumps"],
        ["spinning", "spins", "rotating", "turning around", "twirling", "rotates", "turning"],
        ["growing", "grows", "getting bigger", "becoming bigger", "growing larger", "expanding", "getting larger", "coming closer"],
        ["shrinking", "shrinks", "getting smaller", "becoming smaller", "getting tiny", "going away", "becoming tiny"]],
    background=[
        ["at night", "in the night sky", "in the dark night", "under the stars", "in space", "on a starry night"],
        ["at sea", "over the sea", "on the sea", "over the ocean", "above the water", "in the ocean", "by the sea"],
        ["in a meadow", "over a green meadow", "over the green hills", "on the grass", "in a green field", "over a meadow"],
        ["at sunset", "in the sunset", "against the sunset", "in the evening", "in front of a sunset", "at dusk"],
        ["in the snow", "over the snow", "on snowy hills", "in winter", "over white snow", "on a snowy day"],
        ["in the desert", "over the desert", "over the sand dunes", "on the sand", "in a desert", "above the dunes"]],
    place=[["night", "night sky", "starry night"], ["sea", "ocean", "the sea"], ["meadow", "green hills", "green field"],
           ["sunset", "evening", "dusk"], ["snow", "winter", "snowy hills"], ["desert", "sand dunes", "sand"]])
ZH = dict(
    shape=[["星星", "五角星", "小星星"], ["爱心", "心", "心形", "爱心形"], ["气球", "热气球"], ["船", "小船", "帆船"],
           ["鱼", "小鱼", "鱼儿"], ["月亮", "弯月", "月牙"], ["火箭", "飞船", "宇宙飞船"], ["猫", "小猫", "猫咪"]],
    colour=[["红色", "红"], ["橙色", "橘色", "橙"], ["黄色", "黄", "金色"], ["绿色", "绿"], ["蓝色", "蓝"], ["紫色", "紫"],
            ["粉色", "粉红色", "粉红"], ["白色", "白"]],
    motion=[["向左移动", "往左移动", "向左飞", "向左漂", "从右向左移动", "向左走"],
            ["向右移动", "往右移动", "向右飞", "向右漂", "从左向右移动", "向右走"],
            ["上升", "升起", "往上飞", "向上飞", "向上移动", "升空"], ["下落", "落下", "下降", "往下掉", "向下移动", "掉下来"],
            ["弹跳", "跳动", "上下跳动", "蹦跳", "跳来跳去"], ["旋转", "转动", "转圈", "打转", "自转"],
            ["变大", "越来越大", "逐渐变大", "长大"], ["变小", "越来越小", "逐渐变小", "缩小"]],
    background=[["夜晚", "夜空", "黑夜", "星空"], ["大海", "海上", "海洋", "海面"], ["草地", "绿色的草地", "草原", "田野"],
                ["日落", "夕阳", "黄昏", "晚霞"], ["雪地", "雪", "冬天", "雪山"], ["沙漠", "沙丘", "沙地"]])


# words people add and the world does not draw: the encoder must look past them
EN_EXTRA, EN_HOW = ["cute", "happy", "small", "big", "bright", "lovely", "smiling", "little", "tiny", "shiny"], ["slowly", "gently", "quickly", "happily", "fast"]
ZH_EXTRA, ZH_HOW = ["可爱的", "开心的", "小小的", "大", "漂亮的", "微笑的"], ["慢慢", "轻轻地", "快速", "缓缓"]


def _pick(rng, options):
    return options[int(rng.integers(len(options)))]


def _tidy(t):
    t = re.sub(r"\s+", " ", t)
    t = re.sub(r"\s*,(\s*,)*", ",", t).strip(" ,")
    return re.sub("，+", "，", t).strip("，")


def _unsaid(a, rng, p):
    return {k for k, v in DEFAULTS.items() if a[k] == v and rng.random() < p}


def english(a, rng, noise=True, p_unsaid=0.15):
    gone = _unsaid(a, rng, p_unsaid if noise else 0)
    say = {k: "" if k in gone else _pick(rng, EN[k][a[k]]) for k in world.KEYS}
    place = "" if "background" in gone else _pick(rng, EN["place"][a["background"]])
    adj = say["colour"]
    if noise and rng.random() < .15:
        adj = f"{_pick(rng, EN_EXTRA)} {adj}".strip()
    word = (adj + " " + say["shape"]).strip()
    article = _pick(rng, ["a", "a", "the", "one", "an" if word[0] in "aeiou" else "a"]) if noise else ("an" if word[0] in "aeiou" else "a")
    thing, m, b = f"{article} {word}", say["motion"], say["background"]
    if noise and m and rng.random() < .08:
        m = f"{m} {_pick(rng, EN_HOW)}" if rng.random() < .5 else f"{_pick(rng, EN_HOW)} {m}"
    k = int(rng.integers(10)) if noise else int(rng.integers(5))
    t = [f"{thing} {m} {b}", f"{thing} {m} {b}", f"{thing} {m} {b}", f"{b}, {thing} {m}", f"{thing}, {m}, {b}",
         f"{thing} {b} {m}", f"{word}, {m}, {place}", f"{place}, {word} {m}", f"{word} {m} {b}",
         _pick(rng, ["a video of ", "a clip of ", "there is ", "animation of ", "cartoon of ", "draw "]) +
         f"{thing} {m} {b}"][k]
    t = _tidy(t)
    if noise:
        r = rng.random()
        t = t[0].upper() + t[1:] if r < .25 else t.upper() if r < .28 else t
        t += _pick(rng, [".", ".", "!"]) if rng.random() < .25 else ""
    return t


def chinese(a, rng, noise=True, p_unsaid=0.15):
    gone = _unsaid(a, rng, p_unsaid if noise else 0)
    say = {k: "" if k in gone else _pick(rng, ZH[k][a[k]]) for k in world.KEYS}
    c, m, b = say["colour"], say["motion"], say["background"]
    of = "的" if c and (len(c) > 1 and rng.random() < .75) else ""
    thing = _pick(rng, ["一个", "一个", "一只", "一颗", "一艘", "一条", ""] if noise else ["一个"]) + c + of + say["shape"]
    if noise and rng.random() < .12:
        thing = _pick(rng, ["一个", "一只", ""]) + _pick(rng, ZH_EXTRA) + c + of + say["shape"]
    if noise and m and rng.random() < .08:
        m = _pick(rng, ZH_HOW) + m
    at = _pick(rng, ["在{}上", "在{}里", "在{}中", "{}里", "{}下", "{}上"]).format(b) if b else ""
    k = int(rng.integers(7)) if noise else int(rng.integers(4))
    t = [f"{thing}{at}{m}", f"{at}，{thing}{m}", f"{thing}{m}，{b}", f"{b}，{thing}在{m}" if m else f"{b}，{thing}",
         f"{thing}，{m}，{b}", f"{at}有{thing}" + (f"正在{m}" if m else ""), f"{b}，{thing}，{m}"][k]
    t = _tidy(t)
    if noise:
        t += _pick(rng, ["。", "！", "."]) if rng.random() < .3 else ""
        t = t.replace("，", ",") if rng.random() < .1 else t
    return t


def caption(a, rng, noise=True):
    return (english if rng.random() < .55 else chinese)(a, rng, noise)
