"""Tokenizer and text encoder.

The encoder is trained alone: every token of a caption must come out as the same code, the sum of
one orthogonal vector per attribute value.  Whatever token the generator's cross attention looks
at, the whole request is there in its plainest form.
"""
import os

import numpy as np
import sentencepiece as spm
import torch
from transformers import UMT5Config, UMT5EncoderModel

import captions
import world
from common import TimeBox, load, save, say

VOCABULARY = 768
WIDTH = 128


def make_tokenizer(path, seed=5):
    """sentencepiece unigram with umt5's ids (pad 0, eos 1, unk 2) and case folding"""
    if os.path.exists(path):
        return
    rng = np.random.default_rng(seed)
    text = os.path.splitext(path)[0] + ".txt"
    with open(text, "w", encoding="utf-8") as f:
        for _ in range(40000):
            f.write(captions.caption(world.sample_attributes(rng), rng) + "\n")
    spm.SentencePieceTrainer.train(
        input=text, model_prefix=os.path.splitext(path)[0], model_type="unigram", vocab_size=VOCABULARY,
        pad_id=0, eos_id=1, unk_id=2, bos_id=-1, pad_piece="<pad>", eos_piece="</s>", unk_piece="<unk>",
        required_chars="abcdefghijklmnopqrstuvwxyz0123456789.,!?-", normalization_rule_name="nmt_nfkc_cf",
        character_coverage=1.0, hard_vocab_limit=False, max_sentencepiece_length=12, num_threads=1, minloglevel=2)
    os.remove(text)


class Tokenizer:
    def __init__(self, path):
        self.sp = spm.SentencePieceProcessor(model_file=path)

    def __call__(self, lines, longest=64):
        ids = [self.sp.encode(l)[:longest - 1] + [1] for l in lines]
        n = max(map(len, ids))
        t = torch.zeros(len(lines), n, dtype=torch.long)
        for i, x in enumerate(ids):
            t[i, :len(x)] = torch.tensor(x)
        m = torch.zeros_like(t)
        for i, x in enumerate(ids):
            m[i, :len(x)] = 1
        return t, m


def make_encoder(vocabulary):
    return UMT5EncoderModel(UMT5Config(
        vocab_size=vocabulary, d_model=WIDTH, d_kv=32, d_ff=256, num_layers=2, num_decoder_layers=0, num_heads=4,
        relative_attention_num_buckets=32, relative_attention_max_distance=128, dropout_rate=0.0,
        feed_forward_proj="gated-gelu", is_encoder_decoder=False, use_cache=False, tie_word_embeddings=True,
        pad_token_id=0, eos_token_id=1, decoder_start_token_id=0))


def codebook():
    """one orthogonal direction per attribute value; the sum of four has about unit entries"""
    q, _ = torch.linalg.qr(torch.randn(WIDTH, WIDTH, generator=torch.Generator().manual_seed(1)))
    return q[:sum(world.COUNTS)] * (WIDTH / 4) ** 0.5


OFFSETS = np.cumsum([0] + world.COUNTS[:-1])


def target(attrs, book):
    i = torch.tensor([[a[k] + o for k, o in zip(world.KEYS, OFFSETS)] for a in attrs])
    return book[i].sum(1)


def accuracy(encoder, tokenizer, held, n=600, seed=999):
    rng, book = np.random.default_rng(seed), codebook()
    attrs = [world.sample_split(rng, held) for _ in range(n)]
    t, m = tokenizer([captions.caption(a, rng) for a in attrs])
    encoder.eval()
    with torch.no_grad():
        h = encoder(t, m).last_hidden_state
    score = h @ book.T
    out = {}
    for k, o, c in zip(world.KEYS, OFFSETS, world.COUNTS):
        y = torch.tensor([a[k] for a in attrs])[:, None]
        out[k] = round((score[..., o:o + c].argmax(-1) == y)[m > 0].float().mean().item(), 4)
    return out, (h - target(attrs, book)[:, None])[m > 0].pow(2).mean().item()


def train(path, tokenizer_path, minutes, device="cpu", seed=0):
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed + 11)
    tok, ck, book = Tokenizer(tokenizer_path), load(path), codebook()
    enc = make_encoder(tok.sp.get_piece_size())
    if ck:
        enc.load_state_dict(ck["model"])
        if ck["done"]:
            return ck
    opt = torch.optim.AdamW(enc.parameters(), lr=2e-3, betas=(.9, .98), weight_decay=0.01)
    box, i = TimeBox(minutes, ck["used"] if ck else 0.0, warm=4), ck["step"] if ck else 0
    while not box.over():
        enc.train()
        for g in opt.param_groups:
            g["lr"] = 3e-3 * box.rate()
        attrs = [world.sample_attributes(rng) for _ in range(64)]
        t, m = tok([captions.caption(a, rng) for a in attrs])
        t = torch.where((torch.rand(t.shape) < 0.02) & (m > 0) & (t != 1), 2, t)      # unknown words happen
        h = enc(t, m).last_hidden_state
        y = target(attrs, book)[:, None].expand_as(h)
        score, loss = h @ book.T / 4, (h - y)[m > 0].pow(2).mean()
        for k, o, c in zip(world.KEYS, OFFSETS, world.COUNTS):
            want = torch.tensor([a[k] for a in attrs])[:, None].expand_as(t)
            loss = loss + 0.25 * torch.nn.functional.cross_entropy(score[..., o:o + c][m > 0], want[m > 0])
        opt.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(enc.parameters(), 1.0)
        opt.step()
        i += 1
        if i % 200 == 0:
            say("text", i, f"{box.seconds():.0f}s loss {loss.item():.4f}", *accuracy(enc, tok, False, 200))
            save(path, dict(model=enc.state_dict(), used=box.seconds(), step=i, done=False))
    ck = dict(model=enc.state_dict(), used=box.seconds(), step=i, done=True)
    save(path, ck)
    say("text done", i, "unseen combinations:", *accuracy(enc, tok, True))
    return ck


if __name__ == "__main__":
    import sys
    torch.set_num_threads(1)
    make_tokenizer(sys.argv[2])
    train(sys.argv[1], sys.argv[2], float(sys.argv[3]))
