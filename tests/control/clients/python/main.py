"""Makes calls with grpcio and prints what came of them, one line of JSON each.

usage: main.py TARGET TOKEN FOLDER_OF_PROTO_FILES < calls
TARGET is host:port, TOKEN may be empty. A call is a line of JSON:
{"file": ..., "service": ..., "method": ..., "request": {...}, "take": 0}
"""

import json
import sys

import grpc
from google.protobuf import json_format

target, token, folder = sys.argv[1:]
sys.path.insert(0, folder)
metadata = [("authorization", "Bearer " + token)] if token else []


def to_json(message):
    text = json_format.MessageToJson(
        message,
        preserving_proto_field_name=True,
        always_print_fields_with_no_presence=True,
    )
    return json.loads(text)


with grpc.insecure_channel(target) as channel:
    for line in sys.stdin:
        call = json.loads(line)
        protos, services = grpc.protos_and_services(call["file"])
        service = call["service"].split(".")[-1]
        stub = getattr(services, service + "Stub")(channel)
        description = protos.DESCRIPTOR.services_by_name[service]
        method = description.methods_by_name[call["method"]]
        request_type = getattr(protos, method.input_type.name)
        request = json_format.ParseDict(call["request"], request_type())
        try:
            answer = getattr(stub, call["method"])(request, metadata=metadata, timeout=60)
            if call.get("take"):
                answers = [to_json(next(answer)) for _ in range(call["take"])]
                answer.cancel()
                result = {"answers": answers}
            else:
                result = {"answer": to_json(answer)}
        except grpc.RpcError as error:
            result = {"code": error.code().value[0], "message": error.details()}
        print(json.dumps(result), flush=True)
