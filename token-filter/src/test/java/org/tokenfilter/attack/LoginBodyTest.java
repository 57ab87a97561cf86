package org.tokenfilter.attack;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.tokenfilter.RawHttp.Answer;
import org.tokenfilter.attack.LoginRows.Case;

/** Cases L06 to L11: the allowed bodies of a login, in JSON and as a form. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class LoginBodyTest {

  private static final String NAME = "alice";
  private static final String PASSWORD = "wonderland";
  private static final List<Door> JSON = Door.fields().stream().filter(Door::isJson).toList();
  private static final List<Door> FORMS =
      Door.fields().stream().filter(door -> !door.isJson()).toList();

  private LoginRows rows;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    rows = new LoginRows(folder, Map.of(NAME, PASSWORD));
  }

  @AfterAll
  void stop() {
    rows.close();
  }

  @TestFactory
  Stream<DynamicTest> l06_typesThatAreNotReadHere() {
    Stream<Case> either =
        Stream.of(
                "",
                "text/plain",
                "*/*",
                "application/json, text/html",
                "application/json, application/json",
                "application/jsonp",
                "application/merge-patch+json",
                "text/json",
                "application/xml",
                "multipart/form-data; boundary=x",
                "application/json;charset=utf-16",
                "application/json;charset=iso-8859-1",
                "application/json;charset=utf-8;charset=utf-16",
                "application/json; x=y",
                "application/x-www-form-urlencoded;charset=utf-16",
                "application/x-www-form-urlencoded;charset=utf-7")
            .map(type -> typed("L06 " + type, Door.fields(), type, Door::takesNoSuchType));
    Stream<Case> otherwise =
        Stream.of(
            typed(
                "L06 a form",
                List.of(Door.CLIENT_JSON),
                "application/x-www-form-urlencoded",
                Door::takesNoSuchType),
            typed("L06 JSON", List.of(Door.QUERY_FORM), "application/json", Door::takesNoSuchType),
            typed(
                "L06 JSON that calls itself a form",
                List.of(Door.GATEWAY_JSON),
                "application/x-www-form-urlencoded",
                Door::finds400),
            typed(
                "L06 a form that calls itself JSON",
                List.of(Door.GATEWAY_FORM),
                "application/json",
                Door::finds400));
    return rows.tests(Stream.concat(either, otherwise));
  }

  @TestFactory
  Stream<DynamicTest> l06_typesThatAreRead() {
    return rows.tests(
        Stream.of("", ";charset=UTF-8", "; charset=\"utf-8\"", " ; charset = Utf-8")
            .map(
                charset ->
                    Case.asking(
                        "L06 charset" + charset,
                        Door.fields(),
                        (door, client) ->
                            door.post(
                                client, door.contentType() + charset, door.body(NAME, PASSWORD)),
                        Door::issues)));
  }

  @TestFactory
  Stream<DynamicTest> l07_whatIsNotOneObject() {
    return rows.tests(
        Stream.<Function<Door, String>>of(
                door -> "",
                door -> " ",
                door -> "null",
                door -> "[]",
                door -> "\"x\"",
                door -> "1",
                door -> "{}",
                door -> right(door) + right(door),
                door -> right(door) + ",",
                door -> right(door) + "]",
                door -> right(door).replace("}", ",}"),
                door -> right(door).replace("}", ""),
                door -> "[" + right(door) + "]",
                door -> "/**/" + right(door),
                door -> right(door) + "//",
                door -> right(door).replace('"', '\''),
                door -> right(door).replace("\"username\"", "username"),
                door -> right(door).replace(":\"" + NAME, "=\"" + NAME),
                door -> ")]}',\n" + right(door))
            .map(body -> bad("L07 " + shown(body), JSON, body)));
  }

  @TestFactory
  Stream<DynamicTest> l08_whatIsSaidTwice() {
    return rows.tests(
        Stream.concat(
            Stream.<Function<Door, String>>of(
                    door -> right(door).replace("{", "{\"username\":\"bob\","),
                    door -> right(door).replace("{", "{\"username\":\"alice\","),
                    door -> right(door).replace("{", "{\"\\u0075sername\":\"bob\","),
                    door -> right(door).replace("}", ",\"password\":\"x\"}"))
                .map(body -> bad("L08 " + shown(body), JSON, body)),
            Stream.<Function<Door, String>>of(
                    door -> right(door) + "&password=x",
                    door -> right(door) + "&password=wonderland",
                    door -> right(door) + "&p%61ssword=x",
                    door -> "password=x&" + right(door))
                .map(body -> bad("L08 " + shown(body), FORMS, body))));
  }

  /** Unknown members are ignored if the family allows further members, and refused otherwise. */
  @TestFactory
  Stream<DynamicTest> l09_whatNobodyAskedFor() {
    Stream<Case> json =
        Stream.of(
                "\"roles\":[\"admin\"]",
                "\"isAdmin\":true",
                "\"__proto__\":{\"isAdmin\":true}",
                "\"@class\":\"javax.script.ScriptEngineManager\"",
                "\"subject\":\"admin\"",
                "\"Username\":\"admin\"",
                "\"\":\"\"")
            .flatMap(
                member ->
                    extra(
                        "L09 " + member,
                        JSON,
                        door -> right(door).replace("}", "," + member + "}"),
                        Door.CLIENT_JSON));
    Stream<Case> forms =
        Stream.of("roles=admin", "isAdmin", "USERNAME=admin", "username[]=admin", "=x")
            .flatMap(
                pair ->
                    extra("L09 " + pair, FORMS, door -> right(door) + "&" + pair, Door.QUERY_FORM));
    return rows.tests(Stream.concat(json, forms));
  }

  @TestFactory
  Stream<DynamicTest> l10_valuesThatAreNoTexts() {
    return rows.tests(
        Stream.of("1", "1.5e3", "true", "null", "[\"alice\"]", "{\"$ne\":null}", "{}", "[]")
            .flatMap(
                value ->
                    Stream.of(
                        bad("L10 user " + value, JSON, d -> d.json(value, "\"" + PASSWORD + "\"")),
                        bad("L10 password " + value, JSON, d -> d.json("\"alice\"", value)))));
  }

  @TestFactory
  Stream<DynamicTest> l11_bytesThatAreNoUtf8() {
    Stream<Case> encoded =
        Stream.of("UTF-16", "UTF-16LE", "UTF-16BE", "UTF-32", "UTF-32LE")
            .map(charset -> bad("L11 in " + charset, JSON, door -> bytes(right(door), charset)));
    Stream<Case> json =
        Stream.of(
                "\u00ef\u00bb\u00bf{",
                "{\"x\":\"\u00c0\u00af\",",
                "{\"x\":\"\u00ed\u00a0\u0080\",",
                "{\"x\":\"\u00ff\",",
                "{\"x\":\"\u00e2\u0082\",")
            .map(start -> bad("L11 " + shown(start), JSON, d -> right(d).replace("{", start)));
    Stream<Case> escaped =
        Stream.of(
                "\"\\ud800\"", "\"\\udc00\\ud800\"", "\"alice\\u0000\"", "\"a\u0000\"", "\"a\tb\"")
            .map(name -> bad("L11 " + shown(name), JSON, d -> d.json(name, "\"wonderland\"")));
    Stream<Case> forms =
        Stream.of("%ff", "%C0%AF", "%ED%A0%80", "%00", "\u00ff", "%u0061", "%zz", "%", "%4", "%+1")
            .map(value -> bad("L11 " + value, FORMS, d -> right(d).replace(NAME, NAME + value)));
    return rows.tests(Stream.of(encoded, json, escaped, forms).flatMap(cases -> cases));
  }

  private static String right(Door door) {
    return door.body(NAME, PASSWORD);
  }

  private static Case typed(
      String name, List<Door> doors, String type, BiPredicate<Door, Answer> fits) {
    return Case.unasked(name, doors, (door, client) -> door.post(client, type, right(door)), fits);
  }

  private static Case bad(String name, List<Door> doors, Function<Door, String> body) {
    return Case.unasked(
        name,
        doors,
        (door, client) -> door.post(client, door.contentType(), body.apply(door)),
        Door::finds400);
  }

  /** Returns cases with a member that one login route ignores and the others refuse. */
  private static Stream<Case> extra(
      String name, List<Door> doors, Function<Door, String> body, Door ignoring) {
    return Stream.of(
        bad(name, doors.stream().filter(door -> door != ignoring).toList(), body),
        Case.asking(
            name,
            List.of(ignoring),
            (door, client) -> door.post(client, door.contentType(), body.apply(door)),
            Door::issues));
  }

  /** Returns the bytes of a text in another charset, each as one character. */
  private static String bytes(String text, String charset) {
    return new String(text.getBytes(Charset.forName(charset)), StandardCharsets.ISO_8859_1);
  }

  private static String shown(Function<Door, String> body) {
    return shown(body.apply(Door.GATEWAY_JSON)) + " " + shown(body.apply(Door.GATEWAY_FORM));
  }

  private static String shown(String text) {
    return text.chars()
        .mapToObj(c -> c >= ' ' && c <= '~' ? Character.toString(c) : String.format("u%04x", c))
        .reduce("", String::concat);
  }
}
