package org.tokenfilter.endpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.harrel.jsonschema.Validator;
import dev.harrel.jsonschema.ValidatorFactory;
import dev.harrel.jsonschema.providers.JacksonNode;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The parsed openapi.json, which resolves its references and validates against its schemas. */
final class ApiDocument {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String SCHEMAS = "#/components/schemas/";
  private static final URI SCHEMAS_URI = URI.create("urn:answers");
  private static final List<String> METHODS =
      List.of("get", "put", "post", "delete", "options", "head", "patch", "trace");

  private final JsonNode root;
  private final Validator validator;
  private final Map<String, Map<String, Operation>> paths = new TreeMap<>();

  ApiDocument(String text) throws JsonProcessingException {
    root = JSON.readTree(text);
    validator =
        new ValidatorFactory().withJsonNodeFactory(new JacksonNode.Factory()).createValidator();
    ObjectNode schemas = JSON.createObjectNode();
    schemas.set("$defs", withoutAdditionalProperties(root.at("/components/schemas").deepCopy()));
    validator.registerSchema(SCHEMAS_URI, schemas.toString());
    for (Map.Entry<String, JsonNode> path : root.path("paths").properties()) {
      Map<String, Operation> operations = new TreeMap<>();
      JsonNode item = resolve(path.getValue());
      for (String method : METHODS) {
        if (item.has(method)) {
          String name = method.toUpperCase(Locale.ROOT);
          operations.put(name, new Operation(name + " " + path.getKey(), item.get(method)));
        }
      }
      paths.put(path.getKey(), operations);
    }
  }

  static JsonNode read(String json) throws JsonProcessingException {
    return JSON.readTree(json);
  }

  JsonNode root() {
    return root;
  }

  /** Returns the operations by path and method. */
  Map<String, Map<String, Operation>> paths() {
    return paths;
  }

  Stream<Operation> operations() {
    return paths.values().stream().flatMap(methods -> methods.values().stream());
  }

  /** Returns the path templates that match a request's path. */
  List<String> templatesOf(String path) {
    return paths.keySet().stream()
        .filter(template -> pattern(template).matcher(path).matches())
        .toList();
  }

  private static Pattern pattern(String template) {
    return Pattern.compile(Pattern.quote(template).replaceAll("\\{[A-Za-z]+}", "\\\\E[^/]+\\\\Q"));
  }

  /** Returns the target of a reference, or the node itself if it is none. */
  JsonNode resolve(JsonNode node) {
    if (!node.has("$ref")) {
      return node;
    }
    JsonNode target = root.at(node.get("$ref").asText().substring(1));
    if (target.isMissingNode()) {
      throw new AssertionError("nothing is at " + node.get("$ref"));
    }
    return target;
  }

  /** Validates a value; members that the schema does not name are errors as well. */
  List<String> violations(JsonNode schema, JsonNode value) {
    ObjectNode whole = JSON.createObjectNode();
    JsonNode rewritten = withoutAdditionalProperties(schema.deepCopy());
    whole.setAll((ObjectNode) rewritten);
    URI uri = URI.create("urn:one:" + Integer.toHexString(schema.toString().hashCode()));
    validator.registerSchema(uri, whole.toString());
    Validator.Result result = validator.validate(uri, value.toString());
    return result.getErrors().stream()
        .map(error -> error.getInstanceLocation() + ": " + error.getError())
        .toList();
  }

  /** Forbids additional properties in every schema that names properties. */
  private static JsonNode withoutAdditionalProperties(JsonNode schema) {
    if (schema instanceof ObjectNode object) {
      if (object.has("properties") && !object.has("additionalProperties")) {
        object.put("additionalProperties", false);
      }
      if (object.has("$ref")) {
        object.put("$ref", object.get("$ref").asText().replace(SCHEMAS, SCHEMAS_URI + "#/$defs/"));
      }
    }
    schema.forEach(ApiDocument::withoutAdditionalProperties);
    return schema;
  }

  /** Returns all members of a schema, the values of its enums, and the types of its unions. */
  List<String> choices(String where, JsonNode schema) {
    if (schema.has("$ref")) {
      return choices(schema.get("$ref").asText(), resolve(schema));
    }
    List<String> choices = new ArrayList<>();
    schema.path("enum").forEach(value -> choices.add(where + "=" + value.asText()));
    if (schema.path("type").isArray()) {
      schema.get("type").forEach(type -> choices.add(where + " is " + type.asText()));
    }
    for (JsonNode branch : schema.path("oneOf")) {
      choices.add(where + "=" + branch.get("$ref").asText());
      choices.addAll(choices(where, branch));
    }
    if (schema.has("items")) {
      choices.addAll(choices(where + "[]", schema.get("items")));
    }
    for (Map.Entry<String, JsonNode> member : schema.path("properties").properties()) {
      choices.add(where + "/" + member.getKey());
      choices.addAll(choices(where + "/" + member.getKey(), member.getValue()));
    }
    return choices;
  }

  /** Returns the choices that a value makes use of. */
  List<String> chosen(String where, JsonNode schema, JsonNode value) {
    if (schema.has("$ref")) {
      return chosen(schema.get("$ref").asText(), resolve(schema), value);
    }
    List<String> taken = new ArrayList<>();
    if (schema.has("enum")) {
      taken.add(where + "=" + value.asText());
    }
    if (schema.path("type").isArray()) {
      taken.add(
          where
              + " is "
              + (value.isNull() ? "null" : value.isIntegralNumber() ? "integer" : "string"));
    }
    for (JsonNode branch : schema.path("oneOf")) {
      if (violations(branch, value).isEmpty()) {
        taken.add(where + "=" + branch.get("$ref").asText());
        taken.addAll(chosen(where, branch, value));
      }
    }
    if (schema.has("items")) {
      value.forEach(item -> taken.addAll(chosen(where + "[]", schema.get("items"), item)));
    }
    for (Map.Entry<String, JsonNode> member : schema.path("properties").properties()) {
      if (value.has(member.getKey())) {
        taken.add(where + "/" + member.getKey());
        taken.addAll(
            chosen(where + "/" + member.getKey(), member.getValue(), value.get(member.getKey())));
      }
    }
    return taken;
  }

  /** A method of a path. */
  record Operation(String name, JsonNode node) {}
}
