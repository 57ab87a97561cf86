package org.tokenfilter.store;

import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A selection of records, with exceptions. Immutable.
 *
 * @param by the criterion
 * @param subject the subject, for {@link Criterion#SUBJECT} and {@link Criterion#GROUP}; otherwise
 *     null
 * @param group the group, for {@link Criterion#GROUP}; otherwise null
 * @param external the external id, for the other two criteria; otherwise null
 * @param except the ids of the records that are not selected. An exception covers this record only:
 *     its children remain selected, and a child is revoked with its parent even if it is excepted
 */
public record Selection(
    Criterion by,
    @Nullable String subject,
    @Nullable String group,
    @Nullable ExternalId external,
    Set<TokenId> except) {

  /** The component by which records are selected. */
  public enum Criterion {
    /** All records of a subject. */
    SUBJECT,
    /** The records of a group of a subject. */
    GROUP,
    /** The records that come from a session at an identity provider, see {@link Origin}. */
    EXTERNAL_SESSION,
    /** The records that come from an account at an identity provider, see {@link Origin}. */
    EXTERNAL_ACCOUNT
  }

  /**
   * Copies the set.
   *
   * @throws IllegalArgumentException if another value is there than the criterion needs
   */
  public Selection {
    boolean bySubject = by == Criterion.SUBJECT || by == Criterion.GROUP;
    if ((subject != null) != bySubject
        || (group != null) != (by == Criterion.GROUP)
        || (external != null) == bySubject) {
      throw new IllegalArgumentException("a selection has the values of its criterion only");
    }
    except = Set.copyOf(except);
  }

  /** Returns the selection of a subject's records. */
  public static Selection ofSubject(String subject) {
    return new Selection(Criterion.SUBJECT, subject, null, null, Set.of());
  }

  /** Returns the selection of the records of a subject's group. */
  public static Selection ofGroup(String subject, String group) {
    return new Selection(Criterion.GROUP, subject, group, null, Set.of());
  }

  /** Returns the selection of the records that come from a session at an identity provider. */
  public static Selection ofExternalSession(ExternalId session) {
    return new Selection(Criterion.EXTERNAL_SESSION, null, null, session, Set.of());
  }

  /** Returns the selection of the records that come from an account at an identity provider. */
  public static Selection ofExternalAccount(ExternalId account) {
    return new Selection(Criterion.EXTERNAL_ACCOUNT, null, null, account, Set.of());
  }

  /** Returns this selection with other exceptions. */
  public Selection except(Set<TokenId> ids) {
    return new Selection(by, subject, group, external, ids);
  }

  /** Returns whether a record meets the criterion and is no exception. */
  public boolean contains(TokenRecord record) {
    return meetsCriterion(record) && !except.contains(record.id());
  }

  private boolean meetsCriterion(TokenRecord record) {
    Origin origin = record.details().origin();
    return switch (by) {
      case SUBJECT -> record.subject().equals(subject);
      case GROUP -> record.subject().equals(subject) && Objects.equals(record.group(), group);
      case EXTERNAL_SESSION -> origin != null && Objects.equals(origin.session(), external);
      case EXTERNAL_ACCOUNT -> origin != null && Objects.equals(origin.account(), external);
    };
  }
}
