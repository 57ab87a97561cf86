package org.tokenfilter.integration.client;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.tokenfilter.integration.client.RecordingProxy.Exchange;
import org.tokenfilter.integration.client.RecordingProxy.Message;

/**
 * A transcript of HTTP exchanges for a document: the relevant headers, shortened secrets, and
 * placeholders for values that differ from run to run.
 */
final class Transcript {

  private static final Set<String> SHOWN =
      Set.of(
          "authorization",
          "cookie",
          "session",
          "content-type",
          "set-cookie",
          "www-authenticate",
          "origin");

  private static final Pattern TOKEN =
      Pattern.compile("eyJ[\\w-]+\\.\\.[\\w-]+\\.[\\w-]+\\.[\\w-]+");
  private static final Pattern SESSION =
      Pattern.compile("(?<=(?i:session): |SESSION=|\"session\":\")[\\w-]{43}(?![\\w-])");
  private static final Pattern HANDLE =
      Pattern.compile("(?<=\"handle\":\"|\\{\"session\":\")[\\w-]{43}(?=\")");
  private static final Pattern REMAINING = Pattern.compile("(\"[Rr]emaining\":)(\\d+)");
  private static final long MINUTE = 60_000;

  private static final Map<String, String> EXAMPLES =
      Map.of(
          "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d+Z", "2026-11-22T01:02:03.456Z",
          "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ", "2026-11-22T01:02:03Z",
          "\"TimeStamp\":[\\d.]+", "\"TimeStamp\":2461366.543095556",
          "\"ExecutionTime\":[\\d.E-]+", "\"ExecutionTime\":0.42",
          "\"expiration\":\"[^\"]+\"", "\"expiration\":\"11/23/2026 01:02:03\"",
          "noCache=\\d+", "noCache=1795309323456",
          "(Authorization: Basic \\w{4})[\\w=+/]+", "$1...",
          "(wond)erland-4711", "$1...");

  private final Map<String, String> names = new LinkedHashMap<>();
  private final Map<String, Integer> counts = new LinkedHashMap<>();
  private final String shownSecret;

  /**
   * Creates a transcript.
   *
   * @param secret a further secret to shorten
   */
  Transcript(String secret) {
    this.shownSecret = secret;
  }

  String of(List<Exchange> exchanges) {
    return exchanges.stream()
        .map(it -> "```http\n" + format(it.request()) + "\n" + format(it.answer()) + "```\n")
        .collect(Collectors.joining("\n"));
  }

  private String format(Message message) {
    // The protocol of a request and the reason phrase of a status are irrelevant.
    String first =
        message
            .head()
            .get(0)
            .replaceFirst(" HTTP/1\\.[01]$", "")
            .replaceFirst("^HTTP/1\\.1 (\\d+).*", "HTTP/1.1 $1");
    String headers =
        message.head().stream()
            .skip(1)
            .filter(header -> SHOWN.contains(name(header)))
            .sorted(String.CASE_INSENSITIVE_ORDER)
            .map(Transcript::normalizeCase)
            .map(header -> header + "\n")
            .collect(Collectors.joining());
    String body = message.body().isEmpty() ? "" : "\n" + message.body() + "\n";
    return shorten(first + "\n" + headers + body);
  }

  private static String name(String header) {
    return header.substring(0, header.indexOf(':')).toLowerCase(Locale.ROOT);
  }

  /**
   * Unifies the content type, which containers write in different cases, with or without a space.
   */
  private static String normalizeCase(String header) {
    return name(header).equals("content-type")
        ? "Content-Type: "
            + header
                .substring(header.indexOf(':') + 1)
                .strip()
                .toLowerCase(Locale.ROOT)
                .replace("; ", ";")
        : header;
  }

  private String shorten(String text) {
    String shown = text.replace(shownSecret, shownSecret.substring(0, 4) + "...");
    shown = replaceByNames("TOKEN", TOKEN, shown);
    shown = replaceByNames("HANDLE", HANDLE, shown);
    shown = replaceByNames("SESSION", SESSION, shown);
    for (Map.Entry<String, String> example : EXAMPLES.entrySet()) {
      shown = shown.replaceAll(example.getKey(), example.getValue());
    }
    return REMAINING.matcher(shown).replaceAll(Transcript::upToTheMinute);
  }

  private String replaceByNames(String name, Pattern pattern, String text) {
    return pattern.matcher(text).replaceAll(it -> Matcher.quoteReplacement(name(name, it.group())));
  }

  private String name(String name, String value) {
    return names.computeIfAbsent(value, it -> name + "-" + counts.merge(name, 1, Integer::sum));
  }

  private static String upToTheMinute(MatchResult remaining) {
    long millis = Long.parseLong(remaining.group(2));
    return remaining.group(1) + (millis + MINUTE - 1) / MINUTE * MINUTE;
  }
}
