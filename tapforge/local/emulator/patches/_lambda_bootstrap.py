"""Runs one Python Lambda function once, as a program of its own.

Arguments: the file for the result, the request id and the function's ARN; the event as JSON on
standard input. What the function prints is its log. Exit status 1 when the function raised.
"""

import importlib
import json
import logging
import os
import sys
import time
import traceback
from pathlib import Path


class Context:
    """What a handler gets as its second argument.

    https://docs.aws.amazon.com/lambda/latest/dg/python-context.html
    """

    def __init__(self, request_id: str, function_arn: str) -> None:
        self.aws_request_id = request_id
        self.invoked_function_arn = function_arn
        self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = request_id
        self.identity = self.client_context = None
        self._end = time.monotonic() + int(os.environ["TAPFORGE_LAMBDA_TIMEOUT"])

    def get_remaining_time_in_millis(self) -> int:
        """Return the milliseconds that are left before the function is stopped."""
        return max(0, int((self._end - time.monotonic()) * 1000))


def main() -> int:
    """Run the handler that the environment names."""
    result_file, request_id, function_arn = sys.argv[1:]
    logging.basicConfig(format="[%(levelname)s]\t%(message)s", stream=sys.stdout)
    event = json.load(sys.stdin)
    failed = False
    try:
        module, _, function = os.environ["_HANDLER"].rpartition(".")
        handler = getattr(importlib.import_module(module.replace("/", ".")), function)
        result = handler(event, Context(request_id, function_arn))
        text = json.dumps(result)
    except Exception as error:  # noqa: BLE001 - whatever the function raised is its result
        failed = True
        traceback.print_exc()
        text = json.dumps(
            {
                "errorType": type(error).__name__,
                "errorMessage": str(error),
                "stackTrace": traceback.format_tb(error.__traceback__),
            }
        )
    Path(result_file).write_text(text)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
