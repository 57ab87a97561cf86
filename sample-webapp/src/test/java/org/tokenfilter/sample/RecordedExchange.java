package org.tokenfilter.sample;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A request in the form of a document, which records the answer to it.
 *
 * @param request a request line without a protocol, headers, and after an empty line the body
 */
record RecordedExchange(String request) {

  /** Headers that are the same on every answer, or never the same twice. */
  private static final Set<String> OMITTED_HEADERS =
      Set.of(
          "cache-control", "content-length", "date", "pragma", "server", "x-content-type-options");

  /**
   * Sends the request with values in place of the placeholders, and returns the answer with
   * placeholders. Each request has a connection of its own, since the server closes the connection
   * if it refuses a body unread.
   */
  String answer(WebApplication application, Placeholders names)
      throws IOException, InterruptedException {
    String[] parts = names.insertValues(request).split("\n\n", 2);
    List<String> head = parts[0].lines().toList();
    String[] line = head.get(0).split(" ", -1);
    HttpRequest.Builder sent =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + application.port() + line[1]))
            .method(
                line[0],
                parts.length == 1
                    ? BodyPublishers.noBody()
                    : BodyPublishers.ofString(parts[1].strip()));
    for (String header : head.subList(1, head.size())) {
      String[] pair = header.split(": ", 2);
      sent.header(pair[0], pair[1]);
    }
    HttpResponse<String> answer =
        HttpClient.newHttpClient().send(sent.build(), BodyHandlers.ofString());
    String headers =
        answer.headers().map().entrySet().stream()
            .filter(header -> !OMITTED_HEADERS.contains(header.getKey().toLowerCase(Locale.ROOT)))
            .sorted((one, other) -> one.getKey().compareToIgnoreCase(other.getKey()))
            .flatMap(it -> it.getValue().stream().map(value -> it.getKey() + ": " + value + "\n"))
            .collect(Collectors.joining());
    String body = answer.body().isEmpty() ? "" : "\n" + answer.body() + "\n";
    return names.replaceValues("HTTP/1.1 " + answer.statusCode() + "\n" + headers + body);
  }
}
