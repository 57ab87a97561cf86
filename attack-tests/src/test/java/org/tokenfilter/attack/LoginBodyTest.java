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
import org.tokenfilter.attack.LoginAttackCases.Case;
import org.tokenfilter.testsupport.RawHttp.Answer;

/** Cases L06 to L11: the allowed bodies of a login, in JSON and as a form. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class LoginBodyTest {

  private static final String NAME = "alice";
  private static final String PASSWORD = "wonderland";
  private static final List<LoginRoute> JSON =
      LoginRoute.withBody().stream().filter(LoginRoute::isJson).toList();
  private static final List<LoginRoute> FORMS =
      LoginRoute.withBody().stream().filter(route -> !route.isJson()).toList();

  private LoginAttackCases rows;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    rows = new LoginAttackCases(folder, Map.of(NAME, PASSWORD));
  }

  @AfterAll
  void stop() {
    rows.close();
  }

  @TestFactory
  Stream<DynamicTest> l06_refusesUnsupportedTypes() {
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
            .map(
                type ->
                    typed(
                        "L06 " + type,
                        LoginRoute.withBody(),
                        type,
                        LoginRoute::isUnsupportedMediaType));
    Stream<Case> otherwise =
        Stream.of(
            typed(
                "L06 a form",
                List.of(LoginRoute.CLIENT_JSON),
                "application/x-www-form-urlencoded",
                LoginRoute::isUnsupportedMediaType),
            typed(
                "L06 JSON",
                List.of(LoginRoute.QUERY_FORM),
                "application/json",
                LoginRoute::isUnsupportedMediaType),
            typed(
                "L06 JSON that calls itself a form",
                List.of(LoginRoute.GATEWAY_JSON),
                "application/x-www-form-urlencoded",
                LoginRoute::isBadRequest),
            typed(
                "L06 a form that calls itself JSON",
                List.of(LoginRoute.GATEWAY_FORM),
                "application/json",
                LoginRoute::isBadRequest));
    return rows.tests(Stream.concat(either, otherwise));
  }

  @TestFactory
  Stream<DynamicTest> l06_acceptsSupportedTypes() {
    return rows.tests(
        Stream.of("", ";charset=UTF-8", "; charset=\"utf-8\"", " ; charset = Utf-8")
            .map(
                charset ->
                    Case.checked(
                        "L06 charset" + charset,
                        LoginRoute.withBody(),
                        (route, client) ->
                            route.post(
                                client, route.contentType() + charset, route.body(NAME, PASSWORD)),
                        LoginRoute::issues)));
  }

  @TestFactory
  Stream<DynamicTest> l07_refusesAllButOneObject() {
    return rows.tests(
        Stream.<Function<LoginRoute, String>>of(
                route -> "",
                route -> " ",
                route -> "null",
                route -> "[]",
                route -> "\"x\"",
                route -> "1",
                route -> "{}",
                route -> validBody(route) + validBody(route),
                route -> validBody(route) + ",",
                route -> validBody(route) + "]",
                route -> validBody(route).replace("}", ",}"),
                route -> validBody(route).replace("}", ""),
                route -> "[" + validBody(route) + "]",
                route -> "/**/" + validBody(route),
                route -> validBody(route) + "//",
                route -> validBody(route).replace('"', '\''),
                route -> validBody(route).replace("\"username\"", "username"),
                route -> validBody(route).replace(":\"" + NAME, "=\"" + NAME),
                route -> ")]}',\n" + validBody(route))
            .map(body -> bad("L07 " + escaped(body), JSON, body)));
  }

  @TestFactory
  Stream<DynamicTest> l08_refusesDuplicateMembers() {
    return rows.tests(
        Stream.concat(
            Stream.<Function<LoginRoute, String>>of(
                    route -> validBody(route).replace("{", "{\"username\":\"bob\","),
                    route -> validBody(route).replace("{", "{\"username\":\"alice\","),
                    route -> validBody(route).replace("{", "{\"\\u0075sername\":\"bob\","),
                    route -> validBody(route).replace("}", ",\"password\":\"x\"}"))
                .map(body -> bad("L08 " + escaped(body), JSON, body)),
            Stream.<Function<LoginRoute, String>>of(
                    route -> validBody(route) + "&password=x",
                    route -> validBody(route) + "&password=wonderland",
                    route -> validBody(route) + "&p%61ssword=x",
                    route -> "password=x&" + validBody(route))
                .map(body -> bad("L08 " + escaped(body), FORMS, body))));
  }

  /** Unknown members are ignored if the family allows further members, and refused otherwise. */
  @TestFactory
  Stream<DynamicTest> l09_ignoresOrRefusesUnknownMembers() {
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
                        route -> validBody(route).replace("}", "," + member + "}"),
                        LoginRoute.CLIENT_JSON));
    Stream<Case> forms =
        Stream.of("roles=admin", "isAdmin", "USERNAME=admin", "username[]=admin", "=x")
            .flatMap(
                pair ->
                    extra(
                        "L09 " + pair,
                        FORMS,
                        route -> validBody(route) + "&" + pair,
                        LoginRoute.QUERY_FORM));
    return rows.tests(Stream.concat(json, forms));
  }

  @TestFactory
  Stream<DynamicTest> l10_refusesValuesThatAreNotStrings() {
    return rows.tests(
        Stream.of("1", "1.5e3", "true", "null", "[\"alice\"]", "{\"$ne\":null}", "{}", "[]")
            .flatMap(
                value ->
                    Stream.of(
                        bad("L10 user " + value, JSON, d -> d.json(value, "\"" + PASSWORD + "\"")),
                        bad("L10 password " + value, JSON, d -> d.json("\"alice\"", value)))));
  }

  @TestFactory
  Stream<DynamicTest> l11_refusesInvalidUtf8() {
    Stream<Case> encoded =
        Stream.of("UTF-16", "UTF-16LE", "UTF-16BE", "UTF-32", "UTF-32LE")
            .map(
                charset ->
                    bad("L11 in " + charset, JSON, route -> bytes(validBody(route), charset)));
    Stream<Case> json =
        Stream.of(
                "\u00ef\u00bb\u00bf{",
                "{\"x\":\"\u00c0\u00af\",",
                "{\"x\":\"\u00ed\u00a0\u0080\",",
                "{\"x\":\"\u00ff\",",
                "{\"x\":\"\u00e2\u0082\",")
            .map(
                start -> bad("L11 " + escaped(start), JSON, d -> validBody(d).replace("{", start)));
    Stream<Case> escaped =
        Stream.of(
                "\"\\ud800\"", "\"\\udc00\\ud800\"", "\"alice\\u0000\"", "\"a\u0000\"", "\"a\tb\"")
            .map(name -> bad("L11 " + escaped(name), JSON, d -> d.json(name, "\"wonderland\"")));
    Stream<Case> forms =
        Stream.of("%ff", "%C0%AF", "%ED%A0%80", "%00", "\u00ff", "%u0061", "%zz", "%", "%4", "%+1")
            .map(
                value -> bad("L11 " + value, FORMS, d -> validBody(d).replace(NAME, NAME + value)));
    return rows.tests(Stream.of(encoded, json, escaped, forms).flatMap(cases -> cases));
  }

  private static String validBody(LoginRoute route) {
    return route.body(NAME, PASSWORD);
  }

  private static Case typed(
      String name, List<LoginRoute> doors, String type, BiPredicate<LoginRoute, Answer> fits) {
    return Case.unchecked(
        name, doors, (route, client) -> route.post(client, type, validBody(route)), fits);
  }

  private static Case bad(String name, List<LoginRoute> doors, Function<LoginRoute, String> body) {
    return Case.unchecked(
        name,
        doors,
        (route, client) -> route.post(client, route.contentType(), body.apply(route)),
        LoginRoute::isBadRequest);
  }

  /** Returns cases with a member that one login route ignores and the others refuse. */
  private static Stream<Case> extra(
      String name, List<LoginRoute> doors, Function<LoginRoute, String> body, LoginRoute ignoring) {
    return Stream.of(
        bad(name, doors.stream().filter(route -> route != ignoring).toList(), body),
        Case.checked(
            name,
            List.of(ignoring),
            (route, client) -> route.post(client, route.contentType(), body.apply(route)),
            LoginRoute::issues));
  }

  /** Returns the bytes of a text in another charset, each as one character. */
  private static String bytes(String text, String charset) {
    return new String(text.getBytes(Charset.forName(charset)), StandardCharsets.ISO_8859_1);
  }

  private static String escaped(Function<LoginRoute, String> body) {
    return escaped(body.apply(LoginRoute.GATEWAY_JSON))
        + " "
        + escaped(body.apply(LoginRoute.GATEWAY_FORM));
  }

  private static String escaped(String text) {
    return text.chars()
        .mapToObj(c -> c >= ' ' && c <= '~' ? Character.toString(c) : String.format("u%04x", c))
        .reduce("", String::concat);
  }
}
