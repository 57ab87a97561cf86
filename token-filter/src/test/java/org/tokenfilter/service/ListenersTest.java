package org.tokenfilter.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;
import static org.tokenfilter.service.Refusals.assertRefused;
import static org.tokenfilter.service.Scene.ALICE;
import static org.tokenfilter.service.Scene.CLIENT;
import static org.tokenfilter.service.Scene.presented;

import java.time.Duration;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.Rejection;

/** Notification of listeners, whose exceptions harm neither the request nor other listeners. */
class ListenersTest {

  private final Scene scene = new Scene();

  @Test
  void anExceptionHarmsNothing() throws Exception {
    assertHarmsNothing(IllegalStateException::new);
  }

  @Test
  void anErrorHarmsNothing() throws Exception {
    assertHarmsNothing(NoClassDefFoundError::new);
    assertHarmsNothing(StackOverflowError::new);
  }

  @Test
  void anExceptionThatIsThrownUndeclaredHarmsNothing() throws Exception {
    assertHarmsNothing(Exception::new);
  }

  @Test
  void whoListensHearsWhatHappensFromThenOnUntilHeIsClosed() throws Exception {
    Heard late = new Heard();
    Heard other = new Heard();
    IssuedToken before = scene.session();
    TokenService.Subscription subscription = scene.service.addListener(late);
    scene.service.addListener(other);
    TokenId id = before.record().id();

    scene.renew(scene.validate(before));
    assertThat(late.events()).containsExactly("renewed " + id);

    subscription.close();
    subscription.close();
    scene.service.revoke(id);
    assertThat(late.events()).isEmpty();
    assertThat(other.events()).containsExactly("renewed " + id, "ended " + id + " CLOSED");
    assertThat(scene.heard.events())
        .containsExactly("issued " + id, "renewed " + id, "ended " + id + " CLOSED");
  }

  @Test
  void whoIsClosedHearsNoMoreFromThenOn() throws Exception {
    Heard late = new Heard();
    scene.service.addListener(late).close();

    scene.session();

    assertThat(late.events()).isEmpty();
  }

  @Test
  void whoListensHearsOfLoginsThatFail() {
    TokenListener late = mock(TokenListener.class);
    scene.service.addListener(late);

    scene.service.loginFailed("admin", Rejection.WRONG_CREDENTIALS, CLIENT);

    verify(late).loginFailed("admin", Rejection.WRONG_CREDENTIALS, CLIENT);
  }

  @Test
  void whoListensTwiceIsClosedOneAtATime() throws Exception {
    Heard twice = new Heard();
    TokenService.Subscription first = scene.service.addListener(twice);
    scene.service.addListener(twice);
    first.close();
    first.close();

    TokenId id = scene.session().record().id();

    assertThat(twice.events()).containsExactly("issued " + id);
  }

  private void assertHarmsNothing(Supplier<? extends Throwable> thrown) throws Exception {
    TokenService service = scene.over(scene.memory, Scene.POLICY, new Failing(thrown), scene.heard);

    IssuedToken token = service.issueSession(ALICE, Duration.ZERO, CLIENT, Set.of());
    Scene.renew(service, service.validate(presented(token)));
    assertThat(service.revoke(token.record().id())).isTrue();
    assertRefused(Rejection.CLOSED, () -> service.validate(presented(token)));

    TokenId id = token.record().id();
    assertThat(scene.heard.events())
        .containsExactly(
            "issued " + id, "renewed " + id, "ended " + id + " CLOSED", "refused CLOSED");
  }

  private static final class Failing implements TokenListener {

    private final Supplier<? extends Throwable> thrown;

    Failing(Supplier<? extends Throwable> thrown) {
      this.thrown = thrown;
    }

    @Override
    public void tokenIssued(TokenRecord record) {
      fail(thrown.get());
    }

    @Override
    public void tokenRenewed(TokenRecord record) {
      fail(thrown.get());
    }

    @Override
    public void tokenRevoked(TokenId id, RevocationReason reason) {
      fail(thrown.get());
    }

    @Override
    public void tokenRejected(Rejection rejection, String why, ClientAddress client) {
      fail(thrown.get());
    }

    /** Throws any throwable, declared or not, as listeners in languages other than Java may. */
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <T extends Throwable> void fail(Throwable thrown) throws T {
      throw (T) thrown;
    }
  }
}
