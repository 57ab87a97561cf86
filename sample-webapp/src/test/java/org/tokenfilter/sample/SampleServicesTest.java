package org.tokenfilter.sample;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The data of the sample's services, counted for each session. */
final class SampleServicesTest {

  private static final String SERVICE = "/cra/serviceGateway/services/s1";
  private static final String DATA = SERVICE + "/products/p1/views/v1/data";

  @TempDir private Path folder;
  private WebApplication sample;
  private String user = "";

  @BeforeEach
  void startTheSample() throws Exception {
    sample = Sample.start(folder.resolve("data"), Map.of());
    byte[] login = "username=alice&password=wonderland-4711".getBytes(UTF_8);
    user =
        sample
            .post(SERVICE + "/logon", login, "Content-Type", "application/x-www-form-urlencoded")
            .member("userToken");
  }

  @AfterEach
  void stopTheSample() {
    sample.close();
  }

  @Test
  void countsRequestsPerSession() throws Exception {
    String first = openSession();
    assertThat(countFor(first, "")).isEqualTo(2);
    assertThat(countFor(first, "")).isEqualTo(3);
    String other = openSession();
    assertThat(countFor(other, "")).isEqualTo(2);
    assertThat(countFor(first, "?close=true")).isEqualTo(4);
    assertThat(sample.get(DATA, "userToken", user, "session", first).status()).isEqualTo(401);
    assertThat(countFor(other, "")).isEqualTo(3);
    assertThat(countFor(openSession(), "")).isEqualTo(2);
  }

  @Test
  void countsRequestWithoutSessionSeparately() throws Exception {
    for (String query : new String[] {"", "?close=true"}) {
      assertThat(sample.get(DATA + query, "userToken", user).text())
          .isEqualTo("{\"session\":null,\"requests\":1}");
    }
  }

  @Test
  void removesCountOnceTheSessionIsRevoked() throws Exception {
    RequestCounts counts = counts();
    String closed = openSession();
    openSession();
    assertThat(counts.size()).isEqualTo(2);
    sample.post(SERVICE + "?close=true", new byte[0], "userToken", user, "session", closed);
    awaitSessions(counts, 1);
    byte[] token = ("token=" + user).getBytes(UTF_8);
    sample.post("/oauth/revoke", token, "Content-Type", "application/x-www-form-urlencoded");
    awaitSessions(counts, 0);
  }

  @Test
  void unknownPathsAreNotFound() throws Exception {
    assertThat(sample.get(SERVICE + "/products/p1", "userToken", user).status()).isEqualTo(404);
  }

  private String openSession() throws Exception {
    String session = sample.get(DATA + "?close=false", "userToken", user).header("session");
    if (session == null) {
      throw new AssertionError("no session was opened");
    }
    return session;
  }

  private int countFor(String session, String query) throws Exception {
    String text = sample.get(DATA + query, "userToken", user, "session", session).text();
    assertThat(text).matches("\\{\"session\":\"[\\w-]{43}\",\"requests\":[0-9]+}");
    return Integer.parseInt(text.replaceAll(".*:([0-9]+)}", "$1"));
  }

  private RequestCounts counts() {
    if (sample.attribute(RequestCounts.class.getName()) instanceof RequestCounts counts) {
      return counts;
    }
    throw new AssertionError("the sample keeps no counts");
  }

  /** Waits for the count, since listeners are called on a thread of their own. */
  private static void awaitSessions(RequestCounts counts, int sessions) {
    Awaitility.await().until(() -> counts.size() == sessions);
  }
}
