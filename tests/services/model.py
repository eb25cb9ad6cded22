"""model.py MODEL.gguf PORT: serves a language model on loopback with OpenAI's API until SIGTERM or SIGINT.

One slot, so requests queue; one thread, because two that share their cores with a build spin against each other.
"""

import signal
import sys

import xllamacpp

# ChatML as the model was trained on, with a plain system line: at temperature 0 its answers to simple questions are right.
# Tools stand in that line, and calls between <tool_call> and </tool_call>, as models of this family write them.
CHAT_TEMPLATE = """\
{%- set system = 'You are a helpful assistant.' %}
{%- if messages[0].role == 'system' %}{%- set system = messages[0].content %}{%- endif %}
{{- '<|im_start|>system\\n' + system }}
{%- if tools %}
    {{- '\\n\\nYou can call these functions:\\n' }}
    {%- for tool in tools %}
        {{- tool.function.name + ': ' + (tool.function.description or '') + ' ' }}
        {{- (tool.function.parameters.properties | tojson) + '\\n' }}
    {%- endfor %}
    {{- 'To call a function answer with <tool_call>\\n{"name": "function name", "arguments": {"argument": "value"}}\\n</tool_call>' }}
{%- endif %}
{{- '<|im_end|>\\n' }}
{%- for message in messages %}
    {%- if not (loop.first and message.role == 'system') %}
        {{- '<|im_start|>' + message.role }}
        {%- if message.content or not message.tool_calls %}
            {{- '\\n' + message.content }}
        {%- endif %}
        {%- if message.tool_calls %}
            {%- for call in message.tool_calls %}
                {{- '\\n<tool_call>\\n{"name": "' + call.function.name + '", "arguments": ' }}
                {{- (call.function.arguments | tojson) + '}\\n</tool_call>' }}
            {%- endfor %}
        {%- endif %}
        {{- '<|im_end|>\\n' }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}{%- endif %}"""

parameters = xllamacpp.CommonParams()
parameters.model.path = sys.argv[1]
parameters.model_alias = {"smollm2-135m"}
parameters.hostnames = ["127.0.0.1"]
parameters.port = int(sys.argv[2])
parameters.n_ctx = 4096
parameters.n_parallel = 1
parameters.n_predict = 256  # where a caller sets no limit: a model this small may not find its own end
parameters.sampling.temp = 0.0  # where a caller sets none: the same question, the same answer
parameters.use_jinja = True
parameters.chat_template = CHAT_TEMPLATE
parameters.cpuparams.n_threads = 1
parameters.cpuparams_batch.n_threads = 1

server = xllamacpp.Server(parameters)
print("listening on", server.listening_address, flush=True)
signal.sigwait({signal.SIGTERM, signal.SIGINT})
