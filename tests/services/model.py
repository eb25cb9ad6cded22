"""model.py MODEL.gguf PORT: serves a language model on loopback with OpenAI's API until SIGTERM or SIGINT.

One slot, so requests queue; one thread, because two that share their cores with a build spin against each other.
"""

import signal
import sys

import xllamacpp

# ChatML as the model was trained on, with a plain system line: at temperature 0 its answers to simple questions are right.
CHAT_TEMPLATE = """\
{%- if messages[0].role != 'system' %}{{ '<|im_start|>system\\nYou are a helpful assistant.<|im_end|>\\n' }}{% endif %}
{%- for message in messages %}{{ '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}{% endfor %}
{%- if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"""

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
