package org.tokenfilter.integration.container;

import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A server's response, as bytes. */
@SuppressWarnings("ArrayRecordComponent") // tests that compare bodies compare their bytes
record Answer(int status, HttpHeaders headers, byte[] body) {

  String text() {
    return new String(body, StandardCharsets.UTF_8);
  }

  /** Returns a header's value; null if the header is absent. */
  @Nullable String header(String name) {
    List<String> values = headers.allValues(name);
    if (values.size() > 1) {
      throw new AssertionError(name + " was sent more than once: " + values);
    }
    return values.isEmpty() ? null : values.get(0);
  }

  /** Returns a member of the JSON object in the body whose value is a string. */
  String member(String name) {
    return firstGroup("\"" + name + "\":\"([^\"]*)\"");
  }

  /** Returns a member of the JSON object in the body whose value is a whole number. */
  long number(String name) {
    return Long.parseLong(firstGroup("\"" + name + "\":([0-9]+)"));
  }

  private String firstGroup(String pattern) {
    Matcher matcher = Pattern.compile(pattern).matcher(text());
    if (!matcher.find()) {
      throw new AssertionError("no " + pattern + " in " + this);
    }
    return matcher.group(1);
  }

  @Override
  public String toString() {
    return status + " " + headers.map() + " " + text();
  }
}
