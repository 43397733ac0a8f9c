"""A charge point made of zeep: its client calls the bridge, its WSDL reads what the bridge calls and writes the answers.

Commands come as JSON lines on standard input and are answered as JSON lines on standard output, one by one.
"""

import datetime
import json
import sys
import threading
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from lxml import etree
from zeep import Client
from zeep.exceptions import Fault
from zeep.plugins import HistoryPlugin, Plugin
from zeep.wsa import WsAddressingPlugin
from zeep.xsd import CompoundValue

WSA = "http://www.w3.org/2005/08/addressing"
SOAP = "http://www.w3.org/2003/05/soap-envelope"


def local(name):
    return etree.QName(name).localname if name.startswith("{") else name.split(":")[-1]


def plain(value):
    """What zeep read, in the words of the test: no None, instants in UTC, attributes and text by their own names."""
    if isinstance(value, CompoundValue):
        attributes = {name for name, _ in value._xsd_type.attributes}
        pairs = ((name, value[name]) for name in value.__values__)
        return {named(name, attributes): plain(inner) for name, inner in pairs if inner is not None}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, datetime.datetime):
        if value.tzinfo is None:
            raise ValueError(f"{value} has no zone")
        return value.astimezone(datetime.timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def named(name, attributes):
    if name == "_value_1":
        return "."
    return "@" + name if name in attributes else name


def own(value):
    """The words of the test in zeep's names."""
    if isinstance(value, dict):
        return {"_value_1" if name == "." else name.lstrip("@"): own(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [own(item) for item in value]
    return value


class Headers(Plugin):
    """What every charge point adds, and the spoiling that a test asks for."""

    def __init__(self):
        self.callback = ""
        self.element = None

    def egress(self, envelope, http_headers, operation, binding_options):
        header = envelope.find(f"{{{SOAP}}}Header")
        for name, address in (("From", self.callback), ("ReplyTo", WSA + "/anonymous")):
            endpoint = etree.SubElement(header, f"{{{WSA}}}{name}")
            etree.SubElement(endpoint, f"{{{WSA}}}Address").text = address
        if self.element is not None:
            body = envelope.find(f"{{{SOAP}}}Body")[0]
            body.tag = etree.QName(etree.QName(body).namespace, self.element)
        return envelope, http_headers


def addressing(envelope):
    header = envelope.find(f"{{{SOAP}}}Header")
    rows = (("action", "Action"), ("messageId", "MessageID"), ("relatesTo", "RelatesTo"), ("to", "To"))
    found = {key: header.findtext(f"{{{WSA}}}{name}") for key, name in rows} if header is not None else {}
    return {key: text for key, text in found.items() if text is not None}


def text_of(envelope):
    return etree.tostring(envelope, encoding="unicode")


class Station:
    """One version of OCPP: a client, and a server that answers as told."""

    def __init__(self, central, point, endpoint):
        self.heard = []
        self.answers = {}
        self.history = HistoryPlugin()
        self.headers = Headers()
        self.client = Client(central, plugins=[WsAddressingPlugin(), self.headers, self.history])
        binding, self.central = next(iter(self.client.wsdl.bindings.items()))
        self.service = self.client.create_service(binding, endpoint)
        namespace = etree.QName(binding).namespace
        self.identity_element = self.client.get_element(f"{{{namespace}}}chargeBoxIdentity")
        self.point = next(iter(Client(point).wsdl.bindings.values()))
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.headers.callback = f"http://127.0.0.1:{self.server.server_port}/"

    def call(self, identity, action, payload, element):
        self.headers.element = element
        header = etree.Element("header")
        self.identity_element.render(header, identity)
        try:
            result = self.service[action](**own(payload), _soapheaders=[header[0]])
        except Fault as fault:
            names = [local(code.text if hasattr(code, "text") else code) for code in fault.subcodes or []]
            found = {"code": local(fault.code), "subcode": ".".join(names), "reason": fault.message}
            return {"fault": found}
        sent = self.history.last_sent["envelope"]
        received = self.history.last_received["envelope"]
        return {
            "payload": whole(self.central.get(action).output, result, received),
            "addressing": addressing(received),
            "sentId": sent.findtext(f"{{{SOAP}}}Header/{{{WSA}}}MessageID"),
            "sent": text_of(sent),
            "raw": text_of(received),
        }

    def operation_of(self, body):
        for operation in self.point.all().values():
            if operation.input.body.qname == etree.QName(body.tag):
                return operation
        raise LookupError(body.tag)

    def answer(self, raw):
        """The answer to a call of the bridge: HTTP status and envelope."""
        envelope = etree.fromstring(raw)
        operation = self.operation_of(envelope.find(f"{{{SOAP}}}Body")[0])
        header = envelope.find(f"{{{SOAP}}}Header")
        namespace = operation.input.body.qname.namespace
        heard = {
            "action": operation.name,
            "identity": header.findtext(f"{{{namespace}}}chargeBoxIdentity"),
            "payload": whole(operation.input, None, envelope),
            "addressing": addressing(envelope),
            "raw": raw.decode("utf-8"),
        }
        reply = self.answers.get(operation.name, {})
        if "subcode" in reply:
            status, answered = 500, fault_envelope(reply, namespace)
        else:
            status, answered = 200, operation.output.serialize(**own(reply)).content
            relate(answered, f"/{operation.name}Response", heard["addressing"].get("messageId"))
        self.heard.append({**heard, "answered": text_of(answered)})
        return status, answered

    def handler(self):
        station = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                raw = self.rfile.read(int(self.headers["Content-Length"]))
                try:
                    status, envelope = station.answer(raw)
                    body = etree.tostring(envelope, xml_declaration=True, encoding="utf-8")
                except Exception as error:  # the test must see it
                    station.heard.append({"trouble": repr(error), "raw": raw.decode("utf-8", "replace")})
                    status, body = 500, b""
                self.send_response(status)
                self.send_header("Content-Type", "application/soap+xml; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_arguments):
                pass

        return Handler


def whole(message, result, envelope):
    """zeep hands out the only field of an answer without its name: the body is read once more, with names."""
    read = message.body.parse(envelope.find(f"{{{SOAP}}}Body")[0], message.wsdl.types)
    got = plain(read) if isinstance(read, CompoundValue) else {}
    fields = message.body.type.elements
    if len(fields) == 1 and result is not None and plain(result) != got.get(fields[0][0]):
        raise ValueError(f"{result} is not {got}")
    return got


def relate(envelope, action, message_id):
    header = etree.Element(f"{{{SOAP}}}Header", nsmap={"wsa": WSA})
    etree.SubElement(header, f"{{{WSA}}}Action").text = action
    etree.SubElement(header, f"{{{WSA}}}MessageID").text = f"urn:uuid:{uuid.uuid4()}"
    if message_id is not None:
        etree.SubElement(header, f"{{{WSA}}}RelatesTo").text = message_id
    envelope.insert(0, header)


def fault_envelope(reply, namespace):
    envelope = etree.Element(f"{{{SOAP}}}Envelope", nsmap={"s": SOAP, "cp": namespace})
    fault = etree.SubElement(etree.SubElement(envelope, f"{{{SOAP}}}Body"), f"{{{SOAP}}}Fault")
    code = etree.SubElement(fault, f"{{{SOAP}}}Code")
    etree.SubElement(code, f"{{{SOAP}}}Value").text = f"s:{reply['code']}"
    subcode = etree.SubElement(code, f"{{{SOAP}}}Subcode")
    etree.SubElement(subcode, f"{{{SOAP}}}Value").text = f"cp:{reply['subcode']}"
    reason = etree.SubElement(etree.SubElement(fault, f"{{{SOAP}}}Reason"), f"{{{SOAP}}}Text")
    reason.set("{http://www.w3.org/XML/1998/namespace}lang", "en")
    reason.text = reply["reason"]
    return envelope


def main():
    stations = {}
    for line in sys.stdin:
        command = json.loads(line)
        try:
            reply = carry_out(stations, command)
        except Exception as error:  # the test must see it
            reply = {"trouble": f"{type(error).__name__}: {error}"}
        sys.stdout.write(json.dumps(reply) + "\n")
        sys.stdout.flush()


def carry_out(stations, command):
    do = command["do"]
    version = command.get("version")
    if do == "open":
        stations[version] = Station(command["central"], command["point"], command["endpoint"])
        return {}
    if do == "call":
        station = stations[version]
        return station.call(command["identity"], command["action"], command["payload"], command.get("element"))
    if do == "answer":
        stations[version].answers[command["action"]] = command["reply"]
        return {}
    if do == "heard":
        heard = [entry for station in stations.values() for entry in station.heard]
        for station in stations.values():
            station.heard.clear()
        return {"heard": heard}
    raise ValueError(do)


if __name__ == "__main__":
    main()
