/** Conventional Commits with a short subject, so that `git log --oneline` shows it completely. */
export default {
  extends: ['@commitlint/config-conventional'],
  rules: {
    'header-max-length': [2, 'always', 72],
    // A subject may start with the name of a class, which is written as in the code.
    'subject-case': [0],
    'body-max-line-length': [0],
    'footer-max-line-length': [0],
  },
};
