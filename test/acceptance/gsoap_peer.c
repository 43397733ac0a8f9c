/*
 * A charge point made of gSOAP, for one version of OCPP: its client calls the bridge, its stand-alone server is called back. Both are
 * the code that gSOAP's tools write from the WSDL (ns1: central system, ns2: charge point), with gSOAP's plugin for WS-Addressing.
 *
 * Commands come as lines of fields between tabs on standard input, and are answered as JSON lines on standard output, one by one:
 *   call   identity  Action  message  [element]   calls the bridge; `element` stands in place of the right body element
 *   answer Action  message                        what the server says to a call from now on; or: answer Action code subcode reason
 *   heard                                         what the server heard since the last time
 * A message is the XML of the body element.
 */

#include <pthread.h>

#include "soapH.h"
#include "CentralSystemServiceSoap.nsmap"
#include "wsaapi.h"

static const char *endpoint;
static char callback[64];

/* ---- text */

struct text {
  char *chars;
  size_t length, room;
};

static void add(struct text *text, const char *chars, size_t count) {
  if (text->length + count + 1 > text->room) {
    text->room = 2 * (text->length + count + 1);
    text->chars = realloc(text->chars, text->room);
    if (!text->chars) abort();
  }
  memcpy(text->chars + text->length, chars, count);
  text->length += count;
  text->chars[text->length] = '\0';
}

static void say(struct text *text, const char *chars) { add(text, chars, strlen(chars)); }

static void json(struct text *text, const char *name, const char *value) {
  if (!value) return;
  say(text, text->chars && text->chars[text->length - 1] != '{' ? ",\"" : "\"");
  say(text, name);
  say(text, "\":\"");
  for (; *value; value++) {
    char escaped[8];
    if (*value == '"' || *value == '\\') snprintf(escaped, sizeof escaped, "\\%c", *value);
    else if ((unsigned char)*value < ' ') snprintf(escaped, sizeof escaped, "\\u%04x", *value);
    else snprintf(escaped, sizeof escaped, "%c", *value);
    say(text, escaped);
  }
  say(text, "\"");
}

static void forget(struct text *text) {
  free(text->chars);
  memset(text, 0, sizeof *text);
}

/* ---- what went over the wire, of the thread that is at work */

static __thread struct text sent, received;
static int (*plain_send)(struct soap *, const char *, size_t);
static size_t (*plain_receive)(struct soap *, char *, size_t);

static int send_and_note(struct soap *soap, const char *chars, size_t count) {
  add(&sent, chars, count);
  return plain_send(soap, chars, count);
}

static size_t receive_and_note(struct soap *soap, char *chars, size_t room) {
  size_t count = plain_receive(soap, chars, room);
  if (count > 0) add(&received, chars, count);
  return count;
}

static struct soap *context(void) {
  struct soap *soap = soap_new1(SOAP_C_UTFSTRING | SOAP_XML_STRICT);
  soap_register_plugin(soap, soap_wsa);
  soap->connect_timeout = soap->send_timeout = soap->recv_timeout = 60;
  plain_send = soap->fsend;
  plain_receive = soap->frecv;
  soap->fsend = send_and_note;
  soap->frecv = receive_and_note;
  return soap;
}

static void note_addressing(struct text *reply, const struct SOAP_ENV__Header *header) {
  if (!header) return;
  json(reply, "action", header->wsa5__Action);
  json(reply, "messageId", header->wsa5__MessageID);
  json(reply, "relatesTo", header->wsa5__RelatesTo ? header->wsa5__RelatesTo->__item : NULL);
  json(reply, "to", header->wsa5__To);
}

/* Reads or writes one body element without a connection; the XML lives as long as its context. */

static void from(struct soap *side, const char *xml) {
  soap_init1(side, SOAP_C_UTFSTRING | SOAP_XML_STRICT);
  soap_set_namespaces(side, namespaces);
  side->is = xml;
}

#define READ(side, type, tag, xml, into) \
  (from(side, xml), soap_begin_recv(side) || !soap_get_##type(side, into, tag, NULL) || soap_end_recv(side))

#define WRITE(side, type, tag, what, into) \
  (soap_init1(side, SOAP_C_UTFSTRING), soap_set_namespaces(side, namespaces), (side)->os = &(into), \
   soap_serialize_##type(side, what), soap_begin_send(side) || soap_put_##type(side, what, tag, NULL) || soap_end_send(side))

static void trouble(struct text *reply, const char *what, struct soap *side) {
  char why[1024] = "";
  soap_sprint_fault(side, why, sizeof why);
  say(reply, "{");
  json(reply, "trouble", what);
  json(reply, "why", why);
}

/* ---- the client */

static void prepare(struct soap *soap, const char *identity, const char *action) {
  forget(&sent);
  forget(&received);
  soap->header = NULL;
  soap_wsa_request(soap, soap_wsa_rand_uuid(soap), endpoint, action);
  soap_wsa_add_From(soap, callback);
  soap_wsa_add_ReplyTo(soap, soap_wsa_anonymousURI);
  soap->header->ns1__chargeBoxIdentity = soap_strdup(soap, identity);
}

static void told(struct text *reply, struct soap *soap, const char *body, const char *sent_id) {
  say(reply, "{");
  if (soap->error) {
    const char **code = soap_faultcode(soap), **reason = soap_faultstring(soap);
    json(reply, "code", code ? *code : NULL);
    json(reply, "subcode", soap_fault_subcode(soap));
    json(reply, "reason", reason ? *reason : NULL);
  }
  json(reply, "body", body);
  json(reply, "sentId", sent_id);
  note_addressing(reply, soap->header);
  json(reply, "sent", sent.chars);
  json(reply, "raw", received.chars);
}

/* An operation that no WSDL has. */
static void call_other(struct soap *soap, const char *element) {
  char tag[128];
  snprintf(tag, sizeof tag, "ns1:%s", element);
  soap_begin(soap);
  soap_set_version(soap, 2);
  soap_serializeheader(soap);
  soap->omode |= SOAP_IO_CHUNK;
  if (soap_connect(soap, endpoint, "") || soap_envelope_begin_out(soap) || soap_putheader(soap) || soap_body_begin_out(soap) ||
      soap_element_begin_out(soap, tag, 0, NULL) || soap_element_end_out(soap, tag) || soap_body_end_out(soap) ||
      soap_envelope_end_out(soap) || soap_end_send(soap) || soap_begin_recv(soap) || soap_envelope_begin_in(soap) ||
      soap_recv_header(soap) || soap_body_begin_in(soap))
    return;
  soap_recv_fault(soap, 1);
}

#define CENTRAL(Action, action) \
  static void call_##Action(struct text *reply, struct soap *soap, const char *identity, const char *xml, const char *element) { \
    struct soap reading, writing; \
    struct ns1__##Action##Request request; \
    struct ns1__##Action##Response response; \
    const char *body = NULL; \
    if (READ(&reading, ns1__##Action##Request, "ns1:" #action "Request", xml, &request)) { \
      trouble(reply, "a message that gSOAP cannot read", &reading); \
      return; \
    } \
    prepare(soap, identity, "/" #Action); \
    char *id = soap_strdup(&reading, soap->header->wsa5__MessageID); \
    if (element) call_other(soap, element); \
    else if (!soap_call___ns1__##Action(soap, endpoint, NULL, &request, &response)) \
      WRITE(&writing, ns1__##Action##Response, "ns1:" #action "Response", &response, body); \
    told(reply, soap, body, id); \
  }
#define POINT(Action, action)
#include "operations.h"
#undef CENTRAL
#undef POINT

static void call(struct text *reply, struct soap *soap, char **fields) {
#define CENTRAL(Action, action) \
  if (!strcmp(fields[2], #Action)) return call_##Action(reply, soap, fields[1], fields[3], fields[4]);
#define POINT(Action, action)
#include "operations.h"
#undef CENTRAL
#undef POINT
  say(reply, "{");
  json(reply, "trouble", fields[2]);
}

/* ---- the server */

struct answer {
  struct answer *next;
  char *fields[5];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct answer *answers;
static struct text heard;
/* A call is noted when its answer is out: who wants to know what was heard waits for that. */
static pthread_cond_t noted = PTHREAD_COND_INITIALIZER;
static int serving;

static const struct answer *answer_to(const char *action) {
  pthread_mutex_lock(&lock);
  const struct answer *found = answers;
  while (found && strcmp(found->fields[1], action)) found = found->next;
  pthread_mutex_unlock(&lock);
  return found;
}

static __thread struct text hearing;

static int refuse(struct soap *soap, const struct answer *answer) {
  char subcode[64];
  snprintf(subcode, sizeof subcode, "ns2:%s", answer->fields[3]);
  const char *reason = soap_strdup(soap, answer->fields[4]);
  return strcmp(answer->fields[2], "Sender") ? soap_receiver_fault_subcode(soap, soap_strdup(soap, subcode), reason, NULL)
                                             : soap_sender_fault_subcode(soap, soap_strdup(soap, subcode), reason, NULL);
}

#define CENTRAL(Action, action) \
  int __ns1__##Action(struct soap *soap, struct ns1__##Action##Request *request, struct ns1__##Action##Response *response) { \
    return SOAP_NO_METHOD; \
  }
#define POINT(Action, action) \
  int __ns2__##Action(struct soap *soap, struct ns2__##Action##Request *request, struct ns2__##Action##Response *response) { \
    struct soap writing, *reading = malloc(sizeof *reading); /* what is read lives until the process ends */ \
    const char *body = NULL; \
    const struct answer *answer = answer_to(#Action); \
    WRITE(&writing, ns2__##Action##Request, "ns2:" #action "Request", request, body); \
    json(&hearing, "call", #Action); \
    json(&hearing, "identity", soap->header ? soap->header->ns2__chargeBoxIdentity : NULL); \
    json(&hearing, "body", body); \
    note_addressing(&hearing, soap->header); \
    if (soap_wsa_check(soap)) return soap->error; \
    if (answer && answer->fields[3]) return refuse(soap, answer); \
    if (answer && READ(reading, ns2__##Action##Response, "ns2:" #action "Response", answer->fields[2], response)) { \
      json(&hearing, "trouble", "an answer that gSOAP cannot read"); \
      return SOAP_FAULT; \
    } \
    soap->header->ns2__chargeBoxIdentity = NULL; \
    return soap_wsa_reply(soap, soap_wsa_rand_uuid(soap), "/" #Action "Response"); \
  }
#include "operations.h"
#undef CENTRAL
#undef POINT

/* The plugin wants it: Faults that are sent as messages of their own. */
int SOAP_ENV__Fault(struct soap *soap, char *code, char *string, char *actor, struct SOAP_ENV__Detail *detail,
                    struct SOAP_ENV__Code *code2, struct SOAP_ENV__Reason *reason, char *node, char *role,
                    struct SOAP_ENV__Detail *detail2) {
  return SOAP_NO_METHOD;
}

static void *serve(void *server) {
  struct soap *soap = server;
  while (soap_valid_socket(soap_accept(soap))) {
    pthread_mutex_lock(&lock);
    serving = 1;
    pthread_mutex_unlock(&lock);
    forget(&sent);
    forget(&received);
    forget(&hearing);
    say(&hearing, "{");
    if (soap_serve(soap) && !hearing.chars[1]) {
      char why[1024] = "";
      soap_sprint_fault(soap, why, sizeof why);
      json(&hearing, "trouble", why);
    }
    json(&hearing, "raw", received.chars);
    json(&hearing, "answered", sent.chars);
    pthread_mutex_lock(&lock);
    if (heard.length > 0) say(&heard, ",");
    say(&heard, hearing.chars);
    say(&heard, "}");
    serving = 0;
    pthread_cond_signal(&noted);
    pthread_mutex_unlock(&lock);
    soap_destroy(soap);
    soap_end(soap);
  }
  return NULL;
}

/* ---- commands */

static void learn(char **fields) {
  struct answer *answer = calloc(1, sizeof *answer);
  for (int at = 0; at < 5; at++) answer->fields[at] = fields[at] ? strdup(fields[at]) : NULL;
  pthread_mutex_lock(&lock);
  answer->next = answers;
  answers = answer;
  pthread_mutex_unlock(&lock);
}

static void tell(struct text *reply) {
  pthread_mutex_lock(&lock);
  while (serving) pthread_cond_wait(&noted, &lock);
  say(reply, "{\"heard\":[");
  if (heard.length > 0) say(reply, heard.chars);
  say(reply, "]");
  forget(&heard);
  pthread_mutex_unlock(&lock);
}

int main(int count, char **words) {
  struct soap *client = context(), *server = context();
  struct sockaddr_in address;
  socklen_t size = sizeof address;
  pthread_t thread;
  char *line = NULL;
  size_t room = 0;
  if (count < 2) return 2;
  endpoint = words[1];
  server->accept_timeout = 0;
  server->bind_flags = SO_REUSEADDR;
  if (!soap_valid_socket(soap_bind(server, "127.0.0.1", 0, 100))) return 1;
  if (getsockname(server->master, (struct sockaddr *)&address, &size)) return 1;
  snprintf(callback, sizeof callback, "http://127.0.0.1:%d/", ntohs(address.sin_port));
  pthread_create(&thread, NULL, serve, server);
  while (getline(&line, &room, stdin) > 0) {
    struct text reply = {NULL, 0, 0};
    char *fields[5] = {NULL}, *rest = line;
    line[strcspn(line, "\n")] = '\0';
    for (int at = 0; at < 5; at++) fields[at] = strsep(&rest, "\t");
    if (!strcmp(fields[0], "call")) call(&reply, client, fields);
    else if (!strcmp(fields[0], "answer")) learn(fields), say(&reply, "{");
    else tell(&reply);
    say(&reply, "}");
    puts(reply.chars);
    fflush(stdout);
    forget(&reply);
    soap_destroy(client);
    soap_end(client);
  }
  return 0;
}
