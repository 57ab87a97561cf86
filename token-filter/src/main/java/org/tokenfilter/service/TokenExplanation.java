package org.tokenfilter.service;

import org.jspecify.annotations.Nullable;
import org.tokenfilter.codec.TokenClaims;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.token.ActiveToken;
import org.tokenfilter.token.TokenRejectedException;

/**
 * The steps of judging a token, and their outcome: exactly one of {@code accepted}, {@code refusal}
 * and {@code failure} is not null.
 *
 * @param claims the claims of the token; null if it is not authentic
 * @param record the record of the token; null if there is none, or it is not known
 * @param accepted the token, if it is accepted
 * @param refusal the refusal with its cause, if the token is refused
 * @param failure the failure of the store, if it left the token undecided
 */
public record TokenExplanation(
    @Nullable TokenClaims claims,
    @Nullable TokenRecord record,
    @Nullable ActiveToken accepted,
    @Nullable TokenRejectedException refusal,
    @Nullable TokenStoreException failure) {}
