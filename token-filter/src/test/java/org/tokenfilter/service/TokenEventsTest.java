package org.tokenfilter.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;
import static org.tokenfilter.service.RejectionAssertions.assertRejected;
import static org.tokenfilter.service.ServiceFixture.ALICE;
import static org.tokenfilter.service.ServiceFixture.CLIENT;
import static org.tokenfilter.service.ServiceFixture.presented;

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
import org.tokenfilter.token.Subscription;
import org.tokenfilter.token.TokenRejectedException;

/** Notification of listeners, whose exceptions harm neither the request nor other listeners. */
class TokenEventsTest {

  private final ServiceFixture fixture = new ServiceFixture();

  @Test
  void exceptionOfAListenerIsContained() throws Exception {
    assertContained(IllegalStateException::new);
  }

  @Test
  void errorOfAListenerIsContained() throws Exception {
    assertContained(NoClassDefFoundError::new);
    assertContained(StackOverflowError::new);
  }

  @Test
  void undeclaredExceptionOfAListenerIsContained() throws Exception {
    assertContained(Exception::new);
  }

  @Test
  void listenerIsNotifiedUntilItsSubscriptionIsClosed() throws Exception {
    RecordingListener late = new RecordingListener();
    RecordingListener other = new RecordingListener();
    IssuedToken before = fixture.issueSession();
    Subscription subscription = fixture.service.addListener(late);
    fixture.service.addListener(other);
    TokenId id = before.record().id();

    fixture.renew(fixture.validate(before));
    assertThat(late.events()).containsExactly("renewed " + id);

    subscription.close();
    subscription.close();
    fixture.service.revoke(id);
    assertThat(late.events()).isEmpty();
    assertThat(other.events()).containsExactly("renewed " + id, "ended " + id + " CLOSED");
    assertThat(fixture.listener.events())
        .containsExactly("issued " + id, "renewed " + id, "ended " + id + " CLOSED");
  }

  @Test
  void closedSubscriptionIsNotNotified() throws Exception {
    RecordingListener late = new RecordingListener();
    fixture.service.addListener(late).close();

    fixture.issueSession();

    assertThat(late.events()).isEmpty();
  }

  @Test
  void listenerIsNotifiedOfFailedLogins() {
    TokenListener late = mock(TokenListener.class);
    fixture.service.addListener(late);

    fixture.service.loginFailed("admin", Rejection.WRONG_CREDENTIALS, CLIENT);

    verify(late).loginFailed("admin", Rejection.WRONG_CREDENTIALS, CLIENT);
  }

  @Test
  void twoSubscriptionsOfOneListenerCloseSeparately() throws Exception {
    RecordingListener twice = new RecordingListener();
    Subscription first = fixture.service.addListener(twice);
    fixture.service.addListener(twice);
    first.close();
    first.close();

    TokenId id = fixture.issueSession().record().id();

    assertThat(twice.events()).containsExactly("issued " + id);
  }

  private void assertContained(Supplier<? extends Throwable> thrown) throws Exception {
    TokenService service =
        fixture.newService(
            fixture.memory, ServiceFixture.POLICY, new FailingListener(thrown), fixture.listener);

    IssuedToken token = service.issueSession(ALICE, Duration.ZERO, CLIENT, Set.of());
    ServiceFixture.renew(service, service.validate(presented(token)));
    assertThat(service.revoke(token.record().id())).isTrue();
    assertRejected(Rejection.CLOSED, () -> service.validate(presented(token)));

    TokenId id = token.record().id();
    assertThat(fixture.listener.events())
        .containsExactly(
            "issued " + id, "renewed " + id, "ended " + id + " CLOSED", "refused CLOSED");
  }

  private static final class FailingListener implements TokenListener {

    private final Supplier<? extends Throwable> thrown;

    FailingListener(Supplier<? extends Throwable> thrown) {
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
    public void tokenRejected(TokenRejectedException refused, ClientAddress client) {
      fail(thrown.get());
    }

    /** Throws any throwable, declared or not, as listeners in languages other than Java may. */
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <T extends Throwable> void fail(Throwable thrown) throws T {
      throw (T) thrown;
    }
  }
}
