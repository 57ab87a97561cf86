package org.tokenfilter.endpoint;

import java.net.URLDecoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A request of a client.
 *
 * @param target the path below the context path, and the query
 * @param headers name, value, name, value
 * @param type the media type of the body; null for no body
 */
record ApiRequest(
    String method, String target, List<String> headers, @Nullable String type, String body) {

  static ApiRequest of(String method, String target, String... headers) {
    return new ApiRequest(method, target, List.of(headers), null, "");
  }

  static ApiRequest form(String target, String form, String... headers) {
    return new ApiRequest(
        "POST", target, List.of(headers), "application/x-www-form-urlencoded", form);
  }

  static ApiRequest json(String target, String json, String... headers) {
    return new ApiRequest("POST", target, List.of(headers), "application/json", json);
  }

  static ApiRequest patch(String target, String json, String... headers) {
    return new ApiRequest("PATCH", target, List.of(headers), "application/json", json);
  }

  ApiRequest with(String... more) {
    List<String> all = new ArrayList<>(headers);
    all.addAll(List.of(more));
    return new ApiRequest(method, target, all, type, body);
  }

  HttpResponse<String> send(AllEndpoints all) throws Exception {
    String[] sent = headers.toArray(String[]::new);
    return type == null
        ? all.send(method, target, sent)
        : all.sendBody(method, target, type, body, sent);
  }

  String path() {
    return target.replaceAll("\\?.*", "");
  }

  Map<String, String> query() {
    return target.contains("?") ? fields(target.substring(target.indexOf('?') + 1)) : Map.of();
  }

  static Map<String, String> fields(String form) {
    Map<String, String> fields = new TreeMap<>();
    for (String pair : form.split("&", -1)) {
      String[] parts = pair.split("=", 2);
      fields.put(
          parts[0], parts.length == 1 ? "" : URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
    }
    return fields;
  }

  /** Returns the values of a header. */
  List<String> header(String name) {
    List<String> values = new ArrayList<>();
    for (int i = 0; i < headers.size(); i += 2) {
      if (headers.get(i).equalsIgnoreCase(name)) {
        values.add(headers.get(i + 1));
      }
    }
    return values;
  }

  boolean hasCookie(String name) {
    return header("Cookie").stream().anyMatch(line -> line.matches("(.*; )?" + name + "=.*"));
  }

  /** Returns the security schemes of openapi.json that the request uses. */
  Set<String> schemes() {
    Set<String> schemes = new TreeSet<>();
    for (String credentials : header("Authorization")) {
      schemes.add(credentials.split(" ", 2)[0].toLowerCase(Locale.ROOT));
    }
    addIf(hasCookie("token"), "tokenCookie", schemes);
    addIf(hasCookie("SESSION"), "sessionCookie", schemes);
    addIf(!header("session").isEmpty(), "sessionHeader", schemes);
    addIf(!header("userToken").isEmpty(), "userToken", schemes);
    return schemes;
  }

  private static void addIf(boolean used, String scheme, Set<String> schemes) {
    if (used) {
      schemes.add(scheme);
    }
  }
}
