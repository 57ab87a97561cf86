package org.tokenfilter.sample;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Placeholders for values that differ from run to run, so that a recorded exchange stays the same.
 */
final class Placeholders {

  private static final Pattern TOKEN =
      Pattern.compile("eyJ[\\w-]+\\.\\.[\\w-]+\\.[\\w-]+\\.[\\w-]+");
  private static final Pattern REMAINING =
      Pattern.compile("((?:token-remaining: |\"[Rr]emaining\":))(\\d+)");
  private static final long MINUTE = 60_000;

  /** Contexts of 43 characters of base64url, and the kind of id in each. */
  private static final Map<String, Pattern> IDS =
      Map.of(
          "SESSION",
          Pattern.compile("(?<=(?m:^)session: |SESSION=|,\"session\":\")[\\w-]{43}(?=[;\"\\s]|$)"),
          "HANDLE",
          Pattern.compile(
              "(?<=\"handle\":\"|\\{\"session\":\"|\"jti\":\"|[0-9]\\.)[\\w-]{43}(?=[\"\\s]|$)"));

  private static final Map<String, String> EXAMPLES =
      Map.of(
          "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d+Z", "2026-11-22T01:02:03.456Z",
          "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ", "2026-11-22T01:02:03Z",
          "\"TimeStamp\":[\\d.]+", "\"TimeStamp\":2461366.543095556",
          "\"ExecutionTime\":[\\d.E-]+", "\"ExecutionTime\":0.42",
          "\"expiration\":\"[^\"]+\"", "\"expiration\":\"11/23/2026 01:02:03\"",
          "\"iat\":\\d+", "\"iat\":1795309323",
          "\"exp\":\\d+", "\"exp\":1795914123",
          "after=\\d+", "after=1795309323456");

  private final Map<String, String> byValue = new LinkedHashMap<>();
  private final Map<String, Integer> counts = new LinkedHashMap<>();

  /** Returns the text of a document with values in place of the placeholders. */
  String insertValues(String text) {
    String revealed = text;
    for (Map.Entry<String, String> known : byValue.entrySet()) {
      revealed = revealed.replaceAll("\\b" + known.getValue() + "\\b", known.getKey());
    }
    return revealed;
  }

  /** Returns an answer with placeholders in place of the values. */
  String replaceValues(String text) {
    String concealed = replaceMatches("TOKEN", TOKEN, text);
    for (Map.Entry<String, Pattern> id : IDS.entrySet()) {
      concealed = replaceMatches(id.getKey(), id.getValue(), concealed);
    }
    for (Map.Entry<String, String> example : EXAMPLES.entrySet()) {
      concealed = concealed.replaceAll(example.getKey(), example.getValue());
    }
    return REMAINING.matcher(concealed).replaceAll(Placeholders::roundUpToMinute);
  }

  private String replaceMatches(String name, Pattern pattern, String text) {
    return pattern
        .matcher(text)
        .replaceAll(it -> Matcher.quoteReplacement(placeholder(name, it.group())));
  }

  private String placeholder(String name, String value) {
    return byValue.computeIfAbsent(value, it -> name + "-" + counts.merge(name, 1, Integer::sum));
  }

  private static String roundUpToMinute(MatchResult remaining) {
    long millis = Long.parseLong(remaining.group(2));
    return remaining.group(1) + (millis + MINUTE - 1) / MINUTE * MINUTE;
  }
}
