"""OpenAI's Python client against a running server; not part of the suite, which needs no Python.

    pip install openai
    ./octavo serve &
    python tests/clients/openai_python.py [http://localhost:8000/v1]
"""

import json
import sys

from openai import BadRequestError, NotFoundError, OpenAI

client = OpenAI(base_url=sys.argv[1] if len(sys.argv) > 1 else "http://localhost:8000/v1", api_key="none", max_retries=0)
MODEL = client.models.list().data[0].id
CAPITAL = [{"role": "user", "content": "What is the capital of France?"}]
WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Get the current weather in a city.",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}
PERSON = {
    "name": "person",
    "schema": {
        "type": "object",
        "properties": {"name": {"type": "string"}, "age": {"type": "integer"}},
        "required": ["name", "age"],
        "additionalProperties": False,
    },
}


def chat() -> None:
    whole = client.chat.completions.create(model=MODEL, messages=CAPITAL, temperature=0, logprobs=True, top_logprobs=2)
    stream = client.chat.completions.create(model=MODEL, messages=CAPITAL, temperature=0, stream=True, stream_options={"include_usage": True})
    chunks = list(stream)
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert text == whole.choices[0].message.content, (text, whole)
    assert chunks[-1].usage.completion_tokens == whole.usage.completion_tokens == len(whole.choices[0].logprobs.content)


def samples() -> None:
    several = client.chat.completions.create(model=MODEL, messages=CAPITAL, n=3, seed=7, max_tokens=8)
    again = client.chat.completions.create(model=MODEL, messages=CAPITAL, n=3, seed=7, max_tokens=8)
    assert [c.message.content for c in several.choices] == [c.message.content for c in again.choices]


def tools() -> None:
    asked = client.chat.completions.create(
        model=MODEL, messages=[{"role": "user", "content": "What is the weather in Paris?"}], tools=[WEATHER], tool_choice="required", temperature=0
    )
    [call] = asked.choices[0].message.tool_calls
    assert call.function.name == "get_weather" and "city" in json.loads(call.function.arguments), asked


def forms() -> None:
    answer = client.chat.completions.create(
        model=MODEL, messages=[{"role": "user", "content": "Mia is 34 years old. JSON?"}], response_format={"type": "json_schema", "json_schema": PERSON}, temperature=0
    )
    assert set(json.loads(answer.choices[0].message.content)) == {"name", "age"}, answer


def others() -> None:
    completion = client.completions.create(model=MODEL, prompt="Once upon a time", max_tokens=8, best_of=3, n=2, extra_body={"top_k": 5})
    assert len(completion.choices) == 2
    response = client.responses.create(model=MODEL, input="What is the capital of France?", temperature=0)
    further = client.responses.create(model=MODEL, input="Thank you!", previous_response_id=response.id)
    assert response.output_text and further.output_text
    embedding = client.embeddings.create(model=MODEL, input=["a cat", "a dog"])
    assert len(embedding.data) == 2 and len(embedding.data[0].embedding) > 1


def refusals() -> None:
    for error, run in [
        (BadRequestError, lambda: client.chat.completions.create(model=MODEL, messages=CAPITAL, temperature=-1)),
        (NotFoundError, lambda: client.chat.completions.create(model="nobody", messages=CAPITAL)),
    ]:
        try:
            run()
        except error:
            continue
        raise AssertionError(f"expected {error.__name__}")


for check in [chat, samples, tools, forms, others, refusals]:
    check()
    print(f"pass  {check.__name__}")
