package org.tokenfilter.sample;

import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** An answer of a server, byte for byte. */
@SuppressWarnings("ArrayRecordComponent") // compared by its bytes alone, where needed
record Answer(int status, HttpHeaders headers, byte[] body) {

  String text() {
    return new String(body, StandardCharsets.UTF_8);
  }

  /** Returns the value of a header; null if the header is absent. */
  @Nullable String header(String name) {
    List<String> values = headers.allValues(name);
    if (values.size() > 1) {
      throw new AssertionError(name + " was sent more than once: " + values);
    }
    return values.isEmpty() ? null : values.get(0);
  }

  /** Returns the string value of a member of the JSON object in the body. */
  String member(String name) {
    Matcher matcher = Pattern.compile("\"" + name + "\":\"([^\"]*)\"").matcher(text());
    if (!matcher.find()) {
      throw new AssertionError("no member " + name + " in " + this);
    }
    return matcher.group(1);
  }

  @Override
  public String toString() {
    return status + " " + headers.map() + " " + text();
  }
}
