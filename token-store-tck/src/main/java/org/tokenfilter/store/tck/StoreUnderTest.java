package org.tokenfilter.store.tck;

import java.time.Duration;
import java.util.Optional;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.TokenStoreException;

/** The store under test, provided to the contract by the author of the store. */
public interface StoreUnderTest {

  /** Returns the store; the same object throughout a test. The contract closes it afterwards. */
  TokenStore store();

  /**
   * Returns a second store object on the same data, as on another node, or {@link #store()} itself
   * if the store supports only one node. The contract closes it after the test.
   */
  TokenStore otherNode();

  /**
   * Returns the clock of the test, which the tests move by minutes. It starts at the present time,
   * so that it also suits a store whose own clock (S12) cannot be set.
   */
  SettableClock clock();

  /**
   * Returns a store that cannot reach its data, for instance because its database has a wrong port,
   * or empty to skip the test. The contract closes it after use. A store that asks its data when it
   * is opened may throw a {@link TokenStoreException} here, within {@link #longestCall()}.
   */
  default Optional<TokenStore> unreachable() {
    return Optional.empty();
  }

  /**
   * Returns a store whose commits are paused until they are released, for instance because its
   * connections wait in {@code commit}, or empty if writes are visible to others at once, as in
   * memory. Each call returns a new one.
   */
  default Optional<PausedCommits> pausedCommits() {
    return Optional.empty();
  }

  /**
   * Holds up all data until the result is closed: writes do not return, or nothing answers, for
   * instance because of a lock on the tables, or of a proxy that forwards nothing. Empty to skip
   * the test, in which each call must answer truly or throw within {@link #longestCall()}.
   */
  default Optional<AutoCloseable> hold() {
    return Optional.empty();
  }

  /**
   * Holds up one of several {@linkplain TokenStore#shards() shards} as {@link #hold()} does. Empty
   * to skip the test, in which the other shards must answer.
   *
   * @param shard the shard, from 0
   */
  default Optional<AutoCloseable> hold(int shard) {
    return Optional.empty();
  }

  /** Returns the longest time that any call may take: the timeout of the store and a margin. */
  default Duration longestCall() {
    return Duration.ofSeconds(30);
  }

  /**
   * Damages the stored record with this id so that it cannot be read, for instance by a text in
   * place of a number; returns false to skip the test. The record is committed.
   */
  default boolean damage(TokenId id) {
    return false;
  }
}
