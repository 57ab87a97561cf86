package org.tokenfilter.integration.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The user in the container's own access log, in the formats that docs/operations.md shows. */
final class AccessLogIT {

  @ParameterizedTest
  @EnumSource
  void accessLogNamesTheUserOfEachRequest(Container container) throws Exception {
    try (Deployment shop = Deployment.ofLoginPage(container, "/shop")) {
      Client client = shop.client();
      Client.Session alice = client.session(Client.ALICE);
      assertThat(client.get("/orders?page=1", alice.headers()).status()).isEqualTo(200);
      assertThat(client.get("/orders?page=2").status()).isEqualTo(401);
      assertThat(client.get("/", alice.headers()).text()).contains("welcome, alice");
      assertThat(client.get("/login", alice.headers()).status()).isEqualTo(200);
      assertThat(client.form("/login", "name=bob&password=builder-4711").status()).isEqualTo(303);
      Awaitility.await()
          .atMost(Duration.ofMinutes(1))
          .untilAsserted(
              () ->
                  assertThat(container.accessLog().stream().skip(1))
                      .containsExactly(
                          "GET /shop/orders alice",
                          "GET /shop/orders -",
                          "GET /shop/ alice",
                          "GET /shop/login -",
                          "POST /shop/login bob"));
    }
  }
}
