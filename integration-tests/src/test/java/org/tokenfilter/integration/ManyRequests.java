package org.tokenfilter.integration;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * A process that sends many concurrent requests, each with one of the tokens from its standard
 * input, and prints the number of responses that contain the name of a user.
 */
final class ManyRequests {

  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private ManyRequests() {}

  public static void main(String[] arguments) throws Exception {
    URI address = URI.create("http://127.0.0.1:" + arguments[0] + "/gate");
    int count = Integer.parseInt(arguments[1]);
    List<String> tokens =
        new String(System.in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    List<CompletableFuture<HttpResponse<String>>> asked = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      HttpRequest request =
          HttpRequest.newBuilder(address)
              .timeout(PATIENCE)
              .header("Authorization", "Bearer " + tokens.get(i % tokens.size()))
              .build();
      asked.add(client.sendAsync(request, BodyHandlers.ofString()));
    }
    System.out.println(
        asked.stream()
            .map(CompletableFuture::join)
            .filter(answer -> answer.statusCode() == 200 && answer.body().startsWith("user"))
            .count());
    System.exit(0);
  }
}
