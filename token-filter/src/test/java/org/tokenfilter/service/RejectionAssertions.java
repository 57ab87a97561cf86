package org.tokenfilter.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.TokenRejectedException;

/** Assertions on rejected tokens. */
final class RejectionAssertions {

  private RejectionAssertions() {}

  static void assertRejected(Rejection rejection, ThrowingCallable call) {
    TokenRejectedException refused = catchThrowableOfType(TokenRejectedException.class, call);
    assertThat(refused).isNotNull();
    assertThat(refused.rejection()).isEqualTo(rejection);
  }
}
