package org.tokenfilter.integration.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.tokenfilter.integration.client.SpectrumClient.SpectrumToken;
import org.tokenfilter.integration.container.Container;
import org.tokenfilter.integration.container.Deployment;

/**
 * The requests of the clients of four products, unchanged, with the settings that docs/clients.md
 * names, on every container. The exchanges must equal those on that page.
 */
@ParameterizedClass(name = "{0}")
@EnumSource(Container.class)
final class ClientsIT {

  private static final String API_KEY = "NVm8cNEtYq0hBbTn5OJp6uV2sKfR3xWa";

  /** The accounts of the sample, and an account with the digest of this key. */
  private static final String ACCOUNTS =
      """
      %s
      feed:$sha256$SBtfY71LZnatVgkblpKP6i15cQPu+AwlilTcsUnmGdI:user
      """;

  private static @Nullable Deployment deployment;
  private static @Nullable Path accounts;

  @Parameter(0)
  @SuppressWarnings("UnusedVariable") // the name of the row
  private Container container = Container.TOMCAT_10;

  private RecordingProxy proxy;

  @BeforeParameterizedClassInvocation
  static void start(Container container) throws Exception {
    Path file = Files.createTempFile(Path.of("target").toAbsolutePath(), "accounts", "");
    accounts = file;
    String ofTheSample =
        Files.readString(Path.of("../sample-webapp/src/main/webapp/WEB-INF/accounts"));
    Files.writeString(file, ACCOUNTS.formatted(ofTheSample));
    deployment =
        Deployment.ofSample(
            container,
            "",
            Map.of(
                "token.credentials.file",
                file.toString(),
                "token.carriers",
                "bearer, cookie",
                "token.logout.status",
                "200",
                "token.client.live-status",
                "200",
                "token.query.credentials",
                "true"));
  }

  @AfterParameterizedClassInvocation
  static void stop() throws Exception {
    Objects.requireNonNull(deployment).close();
    Files.delete(Objects.requireNonNull(accounts));
  }

  @BeforeEach
  void startProxy() throws Exception {
    proxy = new RecordingProxy(Objects.requireNonNull(deployment).address().getPort());
  }

  @AfterEach
  void stopProxy() {
    proxy.close();
  }

  @Test
  void spectrumInJava() throws Exception {
    SpectrumClient client = new SpectrumClient(proxy.address());
    SpectrumToken token = client.sessionToken("alice", "wonderland-4711", 30);
    assertThat(token.userId()).isEqualTo("alice");
    String bearer = "Bearer " + token.accessToken();
    String[] byHeader = {"Authorization", bearer, "SESSION", token.session()};
    assertThat(client.call("/api/whoami", byHeader)).contains("\"username\":\"alice\"");
    String[] byBoth = {"Authorization", bearer, "Cookie", "SESSION=" + token.session()};
    assertThat(client.call("/api/whoami", byBoth)).contains("\"username\":\"alice\"");
    String[] byCookies = {
      "Cookie",
      "spectrum.authentication.token=" + token.accessToken() + "; SESSION=" + token.session()
    };
    assertThat(client.call("/api/whoami", byCookies)).contains("\"username\":\"alice\"");
    client.logOut(byBoth);
    assertThat(client.status("/api/whoami", byCookies)).isEqualTo(401);
    SpectrumToken second = client.sessionToken("alice", "wonderland-4711", 0);
    String[] cookiesAlone = {
      "Cookie",
      "spectrum.authentication.token=" + second.accessToken() + "; SESSION=" + second.session()
    };
    assertThat(client.call("/api/whoami", cookiesAlone)).contains("\"username\":\"alice\"");
    assertShown("spectrum-java");
  }

  @Test
  void spectrumInPython() throws Exception {
    ClientProgram.SPECTRUM.run(proxy.address().toString());
    assertShown("spectrum-python");
  }

  @Test
  void commonRestApiInPython() throws Exception {
    ClientProgram.GATEWAY.run(proxy.address().toString());
    assertShown("gateway");
  }

  @Test
  void routeLinkByWget() throws Exception {
    for (String version : new String[] {"v1", "v2"}) {
      for (String environment : new String[] {"sandbox", "live"}) {
        ClientProgram.ROUTELINK.run(proxy.address().toString(), version, environment);
      }
    }
    assertShown("routelink", 5);
  }

  @Test
  void tokenQueriesByCurl() throws Exception {
    ClientProgram.TOKEN_QUERIES.run(proxy.address().toString(), API_KEY);
    assertShown("token-queries");
  }

  private void assertShown(String section) throws Exception {
    assertShown(section, Integer.MAX_VALUE);
  }

  /** Asserts that the document shows the first exchanges; further ones are repetitions. */
  private void assertShown(String section, int most) throws Exception {
    var exchanges = proxy.exchanges().stream().limit(most).toList();
    ClientsDocument.requireShown(section, new Transcript(API_KEY).of(exchanges));
  }
}
