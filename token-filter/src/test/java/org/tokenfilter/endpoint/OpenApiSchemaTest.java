package org.tokenfilter.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.harrel.jsonschema.Error;
import dev.harrel.jsonschema.InvalidSchemaException;
import dev.harrel.jsonschema.Validator;
import dev.harrel.jsonschema.ValidatorFactory;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The validity of the document as OpenAPI 3.1, and of its schemas as JSON Schema 2020-12. */
final class OpenApiSchemaTest {

  private static final String SCHEMA = "openapi-3.1-schema.json";

  private final ObjectMapper json = new ObjectMapper();
  private final String text = resource("openapi.json");

  @Test
  void documentIsOpenApi() throws Exception {
    assertThat(violations(json.readTree(text))).isEmpty();
  }

  @Test
  void schemasAreJsonSchema() throws Exception {
    registerSchemas(json.readTree(text));
  }

  private void registerSchemas(JsonNode document) {
    ObjectNode schemas = json.createObjectNode();
    schemas.put("$schema", "https://json-schema.org/draft/2020-12/schema");
    schemas.set("$defs", document.at("/components/schemas"));
    new ValidatorFactory().createValidator().registerSchema(schemas.toString());
  }

  /** Checks the validator, which must find each of these mistakes. */
  @ParameterizedTest
  @CsvSource({
    "/paths/~1sessions/get, colour",
    "/components/parameters/Limit, required",
    "/components/securitySchemes/basic, in",
    "/components/responses/NotFound, body"
  })
  void detectsMistake(String pointer, String member) throws Exception {
    JsonNode document = json.readTree(text);
    ((ObjectNode) document.at(pointer)).put(member, "wrong");
    assertThat(violations(document)).isNotEmpty();
  }

  @Test
  void detectsMistakeInSchema() throws Exception {
    JsonNode document = json.readTree(text);
    ((ObjectNode) document.at("/components/schemas/Problem")).put("required", "type");
    assertThat(catchThrowable(() -> registerSchemas(document)))
        .isInstanceOf(InvalidSchemaException.class);
  }

  private static List<String> violations(JsonNode document) {
    ValidatorFactory factory = new ValidatorFactory();
    Validator.Result result = factory.validate(resource(SCHEMA), document.toString());
    return result.getErrors().stream().map(OpenApiSchemaTest::describe).toList();
  }

  private static String describe(Error error) {
    return error.getInstanceLocation() + ": " + error.getError();
  }

  @Test
  void everyReferenceResolvesAndEveryComponentIsUsed() throws Exception {
    JsonNode document = json.readTree(text);
    Set<String> referred = new HashSet<>();
    visit(
        document,
        node -> {
          if (node.has("$ref")) {
            referred.add(node.get("$ref").asText());
          }
        });
    Set<String> there = new TreeSet<>();
    document
        .get("components")
        .properties()
        .forEach(
            kind ->
                kind.getValue()
                    .fieldNames()
                    .forEachRemaining(
                        name -> there.add("#/components/" + kind.getKey() + "/" + name)));
    visit(
        document,
        node ->
            node.path("security")
                .forEach(
                    alternative ->
                        alternative
                            .fieldNames()
                            .forEachRemaining(
                                name -> referred.add("#/components/securitySchemes/" + name))));
    assertThat(referred).containsExactlyInAnyOrderElementsOf(there);
  }

  private static void visit(JsonNode node, Consumer<JsonNode> visitor) {
    visitor.accept(node);
    node.forEach(child -> visit(child, visitor));
  }

  private static String resource(String name) {
    try (InputStream stream = OpenApiSchemaTest.class.getResourceAsStream(name)) {
      return new String(Objects.requireNonNull(stream).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
