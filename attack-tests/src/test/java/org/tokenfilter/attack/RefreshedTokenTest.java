package org.tokenfilter.attack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.tck.FaultyTokenStore.Call;
import org.tokenfilter.testsupport.Race;
import org.tokenfilter.testsupport.RawHttp;
import org.tokenfilter.testsupport.RawHttp.Answer;
import org.tokenfilter.testsupport.WebApp;

/** Cases C10, C12 and C13: an API client's token after its refresh, on two nodes. */
class RefreshedTokenTest {

  private static final Duration GRACE = Duration.ofSeconds(30);
  private static final int CONCURRENT = 16;

  @TempDir private Path folder;
  private AttackedApp app;
  private AttackedApp other;

  @BeforeEach
  void startTheApplications() throws Exception {
    start();
  }

  private void start(String... settings) throws Exception {
    app = plan(settings).start();
    other = plan(settings).sharingStoreOf(app).start();
  }

  private void restart(String... settings) throws Exception {
    stop();
    start(settings);
  }

  private AttackedApp.Plan plan(String... settings) {
    AttackedApp.Plan plan = AllFamiliesApp.plan(folder).setting("token.revocation.lag", "PT0S");
    for (int i = 0; i < settings.length; i += 2) {
      plan.setting(settings[i], settings[i + 1]);
    }
    return plan;
  }

  @AfterEach
  void stop() {
    other.close();
    app.close();
  }

  @Test
  void c10_bothNodesRefuseTheOldTokenAtOnce() throws Exception {
    String old = AllFamiliesApp.apiClient(app);
    accepted(old);
    String next = refreshed(other, old);
    for (AttackedApp node : List.of(app, other)) {
      for (TokenRoute way :
          List.of(
              TokenRoute.GET,
              TokenRoute.POST,
              TokenRoute.HEAD,
              TokenRoute.COOKIE,
              TokenRoute.FORWARD,
              TokenRoute.ASYNC,
              TokenRoute.SESSIONS)) {
        node.check(
            AttackCase.of("C10 " + way, ExpectedAnswer.REPLACED, it -> way.send(it.http(), old)));
      }
      node.check(
          AttackCase.of(
              "C10", ExpectedAnswer.PUBLIC, it -> TokenRoute.INCLUDE.send(it.http(), old)));
      node.check(
          AttackCase.of(
              "C10", ExpectedAnswer.INACTIVE, it -> TokenRoute.INTROSPECT.send(it.http(), old)));
    }
    accepted(next);
    String third = refreshed(app, next);
    accepted(third);
  }

  @Test
  void c12_replayIsRefusedAndReported() throws Exception {
    String old = AllFamiliesApp.apiClient(app);
    String next = refreshed(app, old);
    for (AttackedApp node : List.of(app, other)) {
      node.check(
          AttackCase.of(
              "C12 again", ExpectedAnswer.REPLACED, it -> TokenRoute.REFRESH.send(it.http(), old)));
      assertThat(node.logLines()).anyMatch(line -> line.startsWith("WARN event=refresh-replay"));
      node.check(
          AttackCase.of(
              "C12 by POST, from elsewhere",
              ExpectedAnswer.REPLACED,
              it ->
                  it.http()
                      .from("127.0.0.2")
                      .send(
                          "POST",
                          AllFamiliesApp.REFRESH,
                          TokenRoute.bearer(old),
                          "Content-Length: 0")));
      assertThat(node.logLines()).anyMatch(line -> line.contains("client=\"127.0.0.2\""));
    }
    accepted(next);
  }

  @Test
  void c12_replayRevokesTheFamilyIfConfigured() throws Exception {
    restart("token.refresh.replay", "end-family");
    String old = AllFamiliesApp.apiClient(app);
    String next = refreshed(app, old);
    other.check(
        AttackCase.of(
            "C12 again", ExpectedAnswer.REPLACED, it -> TokenRoute.REFRESH.send(it.http(), old)));
    for (AttackedApp node : List.of(app, other)) {
      node.check(
          AttackCase.of(
              "C12 successor", ExpectedAnswer.CLOSED, it -> TokenRoute.GET.send(it.http(), next)));
      node.check(
          AttackCase.of(
              "C12 successor",
              ExpectedAnswer.CLOSED,
              it -> TokenRoute.REFRESH.send(it.http(), next)));
    }
  }

  @Test
  void c13_lostStoreAnswerLeavesAtMostOneLiveToken() throws Exception {
    for (boolean before : new boolean[] {true, false}) {
      String old = AllFamiliesApp.apiClient(app);
      Set<TokenRecord> others = live();
      if (before) {
        app.store.failBefore(Call.REPLACE, 1);
      } else {
        app.store.failAfter(Call.REPLACE, 1);
      }
      app.check(
          AttackCase.of(
              "C13", ExpectedAnswer.UNAVAILABLE, it -> TokenRoute.REFRESH.send(it.http(), old)));
      assertThat(live()).hasSameSizeAs(others);
      AttackCase again =
          AttackCase.of(
              "C13 again", ExpectedAnswer.REPLACED, it -> TokenRoute.REFRESH.send(it.http(), old));
      if (before) {
        refreshed(other, old);
      } else {
        other.check(again);
      }
      app.check(again);
      assertThat(live()).hasSameSizeAs(others);
    }
  }

  @Test
  void c13_graceReturnsTheSameSuccessor() throws Exception {
    restart("token.refresh.grace", GRACE.toString());
    String old = AllFamiliesApp.apiClient(app);
    app.store.failAfter(Call.REPLACE, 1);
    app.check(
        AttackCase.of(
            "C13", ExpectedAnswer.UNAVAILABLE, it -> TokenRoute.REFRESH.send(it.http(), old)));
    Set<String> successors = new HashSet<>();
    for (AttackedApp node : List.of(app, other, app)) {
      String next = refreshed(node, old);
      accepted(next);
      successors.add(handle(next));
      node.check(
          AttackCase.of(
              "C13 in grace", ExpectedAnswer.REPLACED, it -> TokenRoute.GET.send(it.http(), old)));
    }
    assertThat(successors).hasSize(1);
    assertThat(live()).hasSize(1);
    app.clock.move(GRACE);
    for (AttackedApp node : List.of(app, other)) {
      node.check(
          AttackCase.of(
              "C13 after it",
              ExpectedAnswer.REPLACED,
              it -> TokenRoute.REFRESH.send(it.http(), old)));
    }
  }

  /** The client hangs up before it has read the answer. */
  @Test
  void c13_graceReturnsTheSameSuccessorAfterHangUp() throws Exception {
    restart("token.refresh.grace", GRACE.toString());
    String old = AllFamiliesApp.apiClient(app);
    int exchanges = app.store.callCount(Call.REPLACE);
    app.http()
        .abort(
            "GET "
                + AllFamiliesApp.REFRESH
                + " HTTP/1.1\r\nHost: x\r\n"
                + TokenRoute.bearer(old)
                + "\r\n\r\n");
    await().until(() -> app.store.callCount(Call.REPLACE) > exchanges);
    accepted(refreshed(other, old));
    assertThat(live()).hasSize(1);
  }

  @Test
  void c13_oneOfManyConcurrentRefreshesSucceeds() throws Exception {
    String old = AllFamiliesApp.apiClient(app);
    List<RawHttp> clients = List.of(app.http(), other.http());
    List<Answer> answers =
        Race.of(CONCURRENT, number -> TokenRoute.REFRESH.send(clients.get(number % 2), old));
    assertThat(answers).filteredOn(answer -> answer.status() == 200).hasSize(1);
    assertThat(answers)
        .filteredOn(answer -> answer.status() != 200)
        .allMatch(ExpectedAnswer.REPLACED::fits);
    assertThat(live()).hasSize(1);
  }

  private String refreshed(AttackedApp node, String old) throws IOException {
    Answer answer = TokenRoute.REFRESH.send(node.http(), old);
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    return app.secret(other.secret(WebApp.member(answer.body(), "token")));
  }

  private void accepted(String token) throws IOException {
    for (AttackedApp node : List.of(app, other)) {
      node.check(
          AttackCase.of(
              "a live token", ExpectedAnswer.OK, it -> TokenRoute.GET.send(it.http(), token)));
    }
  }

  private String handle(String token) {
    return app.security.service().introspect(token).orElseThrow().record().id().toString();
  }

  private Set<TokenRecord> live() {
    return new HashSet<>(app.security.service().list("alice", null, 100));
  }
}
