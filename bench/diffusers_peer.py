"""One generation of a diffusers folder with diffusers itself, timed stage by stage: the peer of bench/compare.py.
Prints one JSON line: stage seconds of the last of --repeats runs (medians are taken by the caller), start-up, peak memory.

    diffusers_peer.py --model DIR --prompt TEXT --output FILE.mp4 [--size 128 --frames 17 --steps 4 --threads 2 --repeats 5]
"""
import argparse
import json
import resource
import time

STARTED = time.perf_counter()


def arguments():
    p = argparse.ArgumentParser()
    p.add_argument("--model", required=True)
    p.add_argument("--prompt", required=True)
    p.add_argument("--output", required=True)
    p.add_argument("--size", type=int, default=128)
    p.add_argument("--frames", type=int, default=17)
    p.add_argument("--steps", type=int, default=4)
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--repeats", type=int, default=5)
    p.add_argument("--fps", type=int, default=16)
    return p.parse_args()


def main():
    a = arguments()
    import torch
    from diffusers import WanPipeline
    from diffusers.utils import export_to_video

    torch.set_num_threads(a.threads)
    torch.set_grad_enabled(False)
    pipe = WanPipeline.from_pretrained(a.model, torch_dtype=torch.float32)
    pipe.set_progress_bar_config(disable=True)
    loaded = time.perf_counter() - STARTED
    runs = []
    for repeat in range(a.repeats):
        begin = time.perf_counter()
        embeds, _ = pipe.encode_prompt(a.prompt, do_classifier_free_guidance=False, max_sequence_length=512)
        text = time.perf_counter()
        latents = pipe(prompt_embeds=embeds, height=a.size, width=a.size, num_frames=a.frames, num_inference_steps=a.steps,
                       guidance_scale=1.0, output_type="latent", generator=torch.Generator().manual_seed(repeat)).frames
        denoise = time.perf_counter()
        vae = pipe.vae
        mean = torch.tensor(vae.config.latents_mean).view(1, -1, 1, 1, 1)
        std = torch.tensor(vae.config.latents_std).view(1, -1, 1, 1, 1)
        video = pipe.video_processor.postprocess_video(vae.decode(latents * std + mean, return_dict=False)[0], output_type="np")[0]
        decode = time.perf_counter()
        export_to_video(video, a.output, fps=a.fps)
        save = time.perf_counter()
        runs.append(dict(text=text - begin, denoise=denoise - text, decode=decode - denoise, save=save - decode, total=save - begin))
    print(json.dumps(dict(load=loaded, runs=runs, first_file=loaded + runs[0]["total"],
                          peak_rss=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)))


if __name__ == "__main__":
    main()
