"""Serves a list of requests with Hugging Face transformers as one does without a server: static batches in order of
arrival, padded on the left, each as long as its longest answer. Prints a line of JSON for each batch size.

    python bench/compare/static_batches.py MODEL REQUESTS.json --batches 1,8,32 [--dtype float32] [--device cpu]

REQUESTS.json: [{"prompt": [ids], "output": tokens}, ...]. Needs torch and transformers.
"""

import argparse
import json
import time

import torch
import transformers


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("model")
    parser.add_argument("requests")
    parser.add_argument("--batches", default="1,8,32")
    parser.add_argument("--dtype", default="float32")
    parser.add_argument("--device", default="cpu")
    arguments = parser.parse_args()
    with open(arguments.requests) as file:
        requests = json.load(file)
    dtype = getattr(torch, arguments.dtype)
    model = transformers.AutoModelForCausalLM.from_pretrained(arguments.model, dtype=dtype)
    model = model.to(arguments.device).eval()
    for size in map(int, arguments.batches.split(",")):
        batches = [requests[i : i + size] for i in range(0, len(requests), size)]
        generate(model, [{**request, "output": 2} for request in batches[0]], arguments.device)
        start = time.perf_counter()
        for batch in batches:
            generate(model, batch, arguments.device)
        seconds = time.perf_counter() - start
        print(
            json.dumps(
                {
                    "batch": size,
                    "seconds": seconds,
                    "requestsPerSecond": len(requests) / seconds,
                    "tokensPerSecond": sum(request["output"] for request in requests) / seconds,
                    "versions": f"transformers {transformers.__version__}, torch {torch.__version__}",
                    "threads": torch.get_num_threads(),
                    "dtype": arguments.dtype,
                    "device": arguments.device,
                }
            ),
            flush=True,
        )


@torch.inference_mode()
def generate(model, batch, device):
    longest = max(len(request["prompt"]) for request in batch)
    steps = max(request["output"] for request in batch)
    padded = [[0] * (longest - len(request["prompt"])) + request["prompt"] for request in batch]
    mask = [[0] * (longest - len(request["prompt"])) + [1] * len(request["prompt"]) for request in batch]
    model.generate(
        input_ids=torch.tensor(padded, device=device),
        attention_mask=torch.tensor(mask, device=device),
        max_new_tokens=steps,
        min_new_tokens=steps,
        do_sample=False,
        pad_token_id=0,
    )
    if device != "cpu":
        torch.cuda.synchronize()


main()
