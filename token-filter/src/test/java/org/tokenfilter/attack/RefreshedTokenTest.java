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
import org.tokenfilter.Race;
import org.tokenfilter.RawHttp;
import org.tokenfilter.RawHttp.Answer;
import org.tokenfilter.WebApp;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.tck.FaultyTokenStore.Call;

/** Cases C10, C12 and C13: an API client's token after its refresh, on two nodes. */
class RefreshedTokenTest {

  private static final Duration GRACE = Duration.ofSeconds(30);
  private static final int AT_ONCE = 16;

  @TempDir private Path folder;
  private AttackedApp app;
  private AttackedApp other;

  @BeforeEach
  void startTheApplications() throws Exception {
    start();
  }

  private void start(String... settings) throws Exception {
    app = plan(settings).start();
    other = plan(settings).beside(app).start();
  }

  private void restart(String... settings) throws Exception {
    stop();
    start(settings);
  }

  private AttackedApp.Plan plan(String... settings) {
    AttackedApp.Plan plan = AllFamilies.plan(folder).setting("token.revocation.lag", "PT0S");
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
  void c10_theOldTokenIsRefusedAtOnceOnBothNodes() throws Exception {
    String old = AllFamilies.apiClient(app);
    accepted(old);
    String next = refreshed(other, old);
    for (AttackedApp node : List.of(app, other)) {
      for (Way way :
          List.of(Way.GET, Way.POST, Way.HEAD, Way.COOKIE, Way.FORWARD, Way.ASYNC, Way.SESSIONS)) {
        node.check(Row.of("C10 " + way, Verdict.REPLACED, it -> way.send(it.http(), old)));
      }
      node.check(Row.of("C10", Verdict.PUBLIC, it -> Way.INCLUDE.send(it.http(), old)));
      node.check(Row.of("C10", Verdict.INACTIVE, it -> Way.INTROSPECT.send(it.http(), old)));
    }
    accepted(next);
    String third = refreshed(app, next);
    accepted(third);
  }

  @Test
  void c12_aReplayIsRefusedAndReported() throws Exception {
    String old = AllFamilies.apiClient(app);
    String next = refreshed(app, old);
    for (AttackedApp node : List.of(app, other)) {
      node.check(Row.of("C12 again", Verdict.REPLACED, it -> Way.REFRESH.send(it.http(), old)));
      assertThat(node.logged()).anyMatch(line -> line.startsWith("WARN event=refresh-replay"));
      node.check(
          Row.of(
              "C12 by POST, from elsewhere",
              Verdict.REPLACED,
              it ->
                  it.http()
                      .from("127.0.0.2")
                      .send("POST", AllFamilies.REFRESH, Way.bearer(old), "Content-Length: 0")));
      assertThat(node.logged()).anyMatch(line -> line.contains("client=\"127.0.0.2\""));
    }
    accepted(next);
  }

  @Test
  void c12_aReplayEndsTheFamilyWhereThatIsAskedFor() throws Exception {
    restart("token.refresh.replay", "end-family");
    String old = AllFamilies.apiClient(app);
    String next = refreshed(app, old);
    other.check(Row.of("C12 again", Verdict.REPLACED, it -> Way.REFRESH.send(it.http(), old)));
    for (AttackedApp node : List.of(app, other)) {
      node.check(Row.of("C12 successor", Verdict.CLOSED, it -> Way.GET.send(it.http(), next)));
      node.check(Row.of("C12 successor", Verdict.CLOSED, it -> Way.REFRESH.send(it.http(), next)));
    }
  }

  @Test
  void c13_anAnswerThatIsLostInTheStoreLeavesOneLiveTokenAtMost() throws Exception {
    for (boolean before : new boolean[] {true, false}) {
      String old = AllFamilies.apiClient(app);
      Set<TokenRecord> others = live();
      if (before) {
        app.store.failBefore(Call.REPLACE, 1);
      } else {
        app.store.failAfter(Call.REPLACE, 1);
      }
      app.check(Row.of("C13", Verdict.UNAVAILABLE, it -> Way.REFRESH.send(it.http(), old)));
      assertThat(live()).hasSameSizeAs(others);
      Row again = Row.of("C13 again", Verdict.REPLACED, it -> Way.REFRESH.send(it.http(), old));
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
  void c13_withAGraceTheSameSuccessorIsGivenAgain() throws Exception {
    restart("token.refresh.grace", GRACE.toString());
    String old = AllFamilies.apiClient(app);
    app.store.failAfter(Call.REPLACE, 1);
    app.check(Row.of("C13", Verdict.UNAVAILABLE, it -> Way.REFRESH.send(it.http(), old)));
    Set<String> successors = new HashSet<>();
    for (AttackedApp node : List.of(app, other, app)) {
      String next = refreshed(node, old);
      accepted(next);
      successors.add(handle(next));
      node.check(Row.of("C13 in grace", Verdict.REPLACED, it -> Way.GET.send(it.http(), old)));
    }
    assertThat(successors).hasSize(1);
    assertThat(live()).hasSize(1);
    app.clock.move(GRACE);
    for (AttackedApp node : List.of(app, other)) {
      node.check(Row.of("C13 after it", Verdict.REPLACED, it -> Way.REFRESH.send(it.http(), old)));
    }
  }

  /** The client hangs up before it has read the answer. */
  @Test
  void c13_aClientThatHangsUpGetsTheSameSuccessorInTheGrace() throws Exception {
    restart("token.refresh.grace", GRACE.toString());
    String old = AllFamilies.apiClient(app);
    int exchanges = app.store.callCount(Call.REPLACE);
    app.http()
        .abort(
            "GET "
                + AllFamilies.REFRESH
                + " HTTP/1.1\r\nHost: x\r\n"
                + Way.bearer(old)
                + "\r\n\r\n");
    await().until(() -> app.store.callCount(Call.REPLACE) > exchanges);
    accepted(refreshed(other, old));
    assertThat(live()).hasSize(1);
  }

  @Test
  void c13_ofManyAtOnceOneSucceeds() throws Exception {
    String old = AllFamilies.apiClient(app);
    List<RawHttp> clients = List.of(app.http(), other.http());
    List<Answer> answers =
        Race.of(AT_ONCE, number -> Way.REFRESH.send(clients.get(number % 2), old));
    assertThat(answers).filteredOn(answer -> answer.status() == 200).hasSize(1);
    assertThat(answers)
        .filteredOn(answer -> answer.status() != 200)
        .allMatch(Verdict.REPLACED::fits);
    assertThat(live()).hasSize(1);
  }

  private String refreshed(AttackedApp node, String old) throws IOException {
    Answer answer = Way.REFRESH.send(node.http(), old);
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    return app.secret(other.secret(WebApp.member(answer.body(), "token")));
  }

  private void accepted(String token) throws IOException {
    for (AttackedApp node : List.of(app, other)) {
      node.check(Row.of("a live token", Verdict.OK, it -> Way.GET.send(it.http(), token)));
    }
  }

  private String handle(String token) {
    return app.security.service().introspect(token).orElseThrow().record().id().toString();
  }

  private Set<TokenRecord> live() {
    return new HashSet<>(app.security.service().list("alice", null, 100));
  }
}
