package org.tokenfilter.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.tokenfilter.endpoint.ApiDocument.Operation;

/**
 * A checker that compares requests and responses with the document and remembers which parts of it
 * were seen. At the end of the test all of it must have been seen.
 */
final class ApiConformanceChecker {

  /** Headers of the transport, which the document does not describe. */
  private static final Set<String> TRANSPORT_HEADERS =
      Set.of("content-type", "content-length", "date", "server");

  private static final ObjectMapper JSON = new ObjectMapper();

  private final ApiDocument document;
  private final Set<String> seen = new TreeSet<>();

  ApiConformanceChecker(ApiDocument document) {
    this.document = document;
  }

  void check(ApiRequest call, HttpResponse<String> answer) throws Exception {
    List<String> templates = document.templatesOf(call.path());
    assertThat(templates).as("documented paths of %s", call.path()).hasSize(1);
    Operation operation =
        document.paths().getOrDefault(templates.get(0), Map.of()).get(call.method());
    if (operation == null) {
      throw new AssertionError(call.method() + " " + templates.get(0) + " is not documented");
    }
    String status = Integer.toString(answer.statusCode());
    JsonNode responses = operation.node().get("responses");
    assertThat(responses.has(status)).as("%s answers %s", operation.name(), status).isTrue();
    seen.add(operation.name() + " " + status);
    checkAnswer(
        pointer(responses.get(status), operation.name() + " " + status),
        document.resolve(responses.get(status)),
        answer);
    if (answer.statusCode() < 300) {
      checkSecurity(operation, call);
      checkParameters(operation, call);
      checkBody(operation, call);
    }
  }

  private static String pointer(JsonNode node, String otherwise) {
    return node.has("$ref") ? node.get("$ref").asText() : otherwise;
  }

  private void checkAnswer(String name, JsonNode response, HttpResponse<String> answer)
      throws Exception {
    JsonNode described = response.path("headers");
    for (Map.Entry<String, JsonNode> entry : described.properties()) {
      JsonNode header = document.resolve(entry.getValue());
      List<String> values = answer.headers().allValues(entry.getKey());
      if (header.path("required").asBoolean()) {
        assertThat(values).as("%s: %s", name, entry.getKey()).isNotEmpty();
      }
      for (String value : values) {
        seen.add(name + " " + entry.getKey());
        assertThat(violations(header.get("schema"), value))
            .as("%s: %s: %s", name, entry.getKey(), value)
            .isEmpty();
      }
    }
    Set<String> known = new TreeSet<>(TRANSPORT_HEADERS);
    described.fieldNames().forEachRemaining(header -> known.add(header.toLowerCase(Locale.ROOT)));
    assertThat(known)
        .as(name)
        .containsAll(
            answer.headers().map().keySet().stream()
                .map(header -> header.toLowerCase(Locale.ROOT))
                .toList());
    checkContent(name, response.path("content"), answer);
  }

  private void checkContent(String name, JsonNode content, HttpResponse<String> answer)
      throws Exception {
    String type = answer.headers().firstValue("Content-Type").orElse("");
    if (content.isEmpty()) {
      assertThat(type).as(name).isEmpty();
      assertThat(answer.body()).as(name).isEmpty();
      return;
    }
    String media = type.replaceAll(";.*", "");
    assertThat(content.has(media)).as("%s: %s", name, type).isTrue();
    seen.add(name + " " + media);
    JsonNode schema = content.get(media).get("schema");
    JsonNode body =
        media.endsWith("json")
            ? ApiDocument.read(answer.body())
            : JSON.getNodeFactory().textNode(answer.body());
    assertThat(document.violations(schema, body)).as("%s: %s", name, answer.body()).isEmpty();
    seen.addAll(document.chosen(name, schema, body));
  }

  private void checkSecurity(Operation operation, ApiRequest call) {
    Set<String> alternatives = new TreeSet<>();
    Set<String> relevant = new TreeSet<>();
    for (JsonNode alternative : operation.node().get("security")) {
      Set<String> schemes = new TreeSet<>();
      alternative.fieldNames().forEachRemaining(schemes::add);
      alternatives.add(schemes.toString());
      relevant.addAll(schemes);
    }
    Set<String> used = new TreeSet<>(call.schemes());
    used.retainAll(relevant);
    if (!alternatives.isEmpty()) {
      assertThat(alternatives).as("%s with %s", operation.name(), used).contains(used.toString());
      seen.add(operation.name() + " by " + used);
    }
  }

  private void checkParameters(Operation operation, ApiRequest call) throws Exception {
    Set<String> unknown = new TreeSet<>(call.query().keySet());
    for (JsonNode reference : operation.node().path("parameters")) {
      JsonNode parameter = document.resolve(reference);
      String name = parameter.get("name").asText();
      List<String> values = values(parameter, call);
      assertThat(values.size())
          .as("%s: %s", operation.name(), name)
          .isBetween(parameter.path("required").asBoolean() ? 1 : 0, 1);
      for (String value : values) {
        seen.add(operation.name() + " with " + name + " in " + parameter.get("in").asText());
        assertThat(violations(parameter.get("schema"), value)).as("%s: %s", name, value).isEmpty();
      }
      unknown.remove(name);
    }
    assertThat(unknown).as("parameters of %s", operation.name()).isEmpty();
  }

  private List<String> values(JsonNode parameter, ApiRequest call) {
    String name = parameter.get("name").asText();
    return switch (parameter.get("in").asText()) {
      case "query" -> call.query().containsKey(name) ? List.of(call.query().get(name)) : List.of();
      case "header" -> call.header(name);
      case "cookie" -> call.hasCookie(name) ? List.of(name) : List.of();
      default -> {
        String template = document.templatesOf(call.path()).get(0);
        int place = List.of(template.split("/", -1)).indexOf("{" + name + "}");
        yield List.of(call.path().split("/", -1)[place]);
      }
    };
  }

  private void checkBody(Operation operation, ApiRequest call) throws Exception {
    JsonNode body = operation.node().path("requestBody");
    if (call.type() == null) {
      assertThat(body.path("required").asBoolean()).as(operation.name()).isFalse();
      return;
    }
    JsonNode schema = body.path("content").path(call.type()).path("schema");
    assertThat(schema.isMissingNode()).as("%s: %s", operation.name(), call.type()).isFalse();
    JsonNode value =
        call.type().endsWith("json")
            ? ApiDocument.read(call.body())
            : JSON.valueToTree(ApiRequest.fields(call.body()));
    assertThat(document.violations(schema, value))
        .as("%s: %s", operation.name(), call.body())
        .isEmpty();
    String name = operation.name() + " body " + call.type();
    seen.add(name);
    seen.addAll(document.chosen(name, schema, value));
  }

  /** Validates a text, which is converted to a number if the schema is of a number. */
  private List<String> violations(JsonNode schema, String text) {
    ObjectNode holder = JSON.createObjectNode();
    if ("integer".equals(schema.path("type").asText())) {
      holder.put("value", Long.parseLong(text));
    } else {
      holder.put("value", text);
    }
    return document.violations(schema, holder.get("value"));
  }

  /** Returns all parts of the document. */
  private Set<String> allDocumented() {
    Set<String> all = new TreeSet<>();
    document
        .operations()
        .forEach(
            operation -> {
              String name = operation.name();
              operation
                  .node()
                  .get("security")
                  .forEach(
                      alternative -> {
                        Set<String> schemes = new TreeSet<>();
                        alternative.fieldNames().forEachRemaining(schemes::add);
                        all.add(name + " by " + schemes);
                      });
              operation
                  .node()
                  .path("parameters")
                  .forEach(
                      reference -> {
                        JsonNode parameter = document.resolve(reference);
                        all.add(
                            name
                                + " with "
                                + parameter.get("name").asText()
                                + " in "
                                + parameter.get("in").asText());
                      });
              content(name + " body ", operation.node().path("requestBody").path("content"), all);
              for (Map.Entry<String, JsonNode> response :
                  operation.node().get("responses").properties()) {
                String answered = name + " " + response.getKey();
                all.add(answered);
                String pointer = pointer(response.getValue(), answered);
                JsonNode described = document.resolve(response.getValue());
                described
                    .path("headers")
                    .fieldNames()
                    .forEachRemaining(header -> all.add(pointer + " " + header));
                content(pointer + " ", described.path("content"), all);
              }
            });
    return all;
  }

  private void content(String name, JsonNode content, Set<String> all) {
    for (Map.Entry<String, JsonNode> media : content.properties()) {
      all.add(name + media.getKey());
      String where = name.endsWith("body ") ? name + media.getKey() : name.strip();
      all.addAll(document.choices(where, media.getValue().get("schema")));
    }
  }

  /** Requires that exactly the documented parts were seen. */
  void requireAllSeen() {
    assertThat(seen).containsExactlyInAnyOrderElementsOf(allDocumented());
  }
}
