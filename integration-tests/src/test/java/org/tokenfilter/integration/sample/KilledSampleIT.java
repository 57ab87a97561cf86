package org.tokenfilter.integration.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Logins, logouts and refreshes that the sample has acknowledged, which must hold after it was
 * killed, at the first, second and third opening of its file. {@code -Dsample.kills=100} runs that
 * many kills.
 */
final class KilledSampleIT {

  private static final int KILLS = Integer.getInteger("sample.kills", 3);
  private static final int OPENINGS = 3;

  /** JVM options for a process that runs for seconds only. */
  private static final String[] SHORT_LIVED_JVM = {"-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"};

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final String BASIC =
      "Basic "
          + Base64.getEncoder()
              .encodeToString("alice:wonderland-4711".getBytes(StandardCharsets.UTF_8));
  private static final Pattern TOKEN = Pattern.compile("\"(?:access_)?token\":\"([^\"]+)\"");

  @TempDir private Path folders;
  private final HttpClient client = HttpClient.newBuilder().connectTimeout(PATIENCE).build();

  /** The last acknowledged state of each token in the current folder. */
  private final Map<String, State> acknowledged = new LinkedHashMap<>();

  private final List<String> lost = new ArrayList<>();
  private int states;

  private record State(String change, int status) {}

  @Test
  void killedSampleLosesNoAcknowledgedChange() throws Exception {
    for (int kill = 0; kill < KILLS; kill += OPENINGS) {
      Path folder = Files.createDirectory(folders.resolve("chain-" + kill));
      acknowledged.clear();
      for (int opening = 1; opening <= Math.min(OPENINGS, KILLS - kill); opening++) {
        try (SampleProcess sample = SampleProcess.start(folder, SHORT_LIVED_JVM)) {
          check(sample, opening);
          change(sample, "client-" + opening);
          sample.kill();
        }
      }
      try (SampleProcess sample = SampleProcess.start(folder, SHORT_LIVED_JVM)) {
        check(sample, OPENINGS + 1);
      }
    }
    System.out.println(
        "%d kills, %d acknowledged states asked for afterwards, %d of them lost"
            .formatted(KILLS, states, lost.size()));
    assertThat(lost).isEmpty();
  }

  /** Makes changes, the last of which, a logout, is acknowledged right before the kill. */
  private void change(SampleProcess sample, String name) throws Exception {
    String refreshed = openSession(sample, name);
    String loggedOut = tokenOf(send(sample, "GET", "security/rest/token/access/600", BASIC, ""));
    acknowledged.put(loggedOut, new State("login", 200));
    String successor =
        tokenOf(send(sample, "GET", "routelink/v1/refreshToken", bearer(refreshed), ""));
    acknowledged.put(refreshed, new State("refresh", 401));
    acknowledged.put(successor, new State("refresh", 200));
    String stays = tokenOf(send(sample, "GET", "security/rest/token/access/600", BASIC, ""));
    acknowledged.put(stays, new State("login", 200));
    HttpResponse<String> logOut =
        send(sample, "POST", "security/rest/token/logout", bearer(loggedOut), "");
    assertThat(logOut.statusCode()).isEqualTo(204);
    acknowledged.put(loggedOut, new State("log-out", 401));
  }

  private String openSession(SampleProcess sample, String name) throws Exception {
    String body =
        "{\"username\":\"alice\",\"password\":\"wonderland-4711\",\"apiClientName\":\"%s\"}"
            .formatted(name);
    String token = tokenOf(send(sample, "POST", "routelink/v1/sessionOpen/sandbox", "", body));
    acknowledged.put(token, new State("login", 200));
    return token;
  }

  private void check(SampleProcess sample, int opening) throws Exception {
    for (Map.Entry<String, State> token : acknowledged.entrySet()) {
      int status = send(sample, "GET", "api/whoami", bearer(token.getKey()), "").statusCode();
      states++;
      if (status != token.getValue().status()) {
        lost.add(
            "at opening %d a token is answered %d after its %s"
                .formatted(opening, status, token.getValue().change()));
      }
    }
  }

  private HttpResponse<String> send(
      SampleProcess sample, String method, String path, String authorization, String body)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(sample.address().resolve(path))
            .timeout(PATIENCE)
            .method(method, BodyPublishers.ofString(body));
    if (!authorization.isEmpty()) {
      request.header("Authorization", authorization);
    }
    if (!body.isEmpty()) {
      request.header("Content-Type", "application/json");
    }
    return client.send(request.build(), BodyHandlers.ofString());
  }

  private static String bearer(String token) {
    return "Bearer " + token;
  }

  private static String tokenOf(HttpResponse<String> answer) {
    Matcher token = TOKEN.matcher(answer.body());
    assertThat(token.find()).as(answer.statusCode() + " " + answer.body()).isTrue();
    return token.group(1);
  }
}
