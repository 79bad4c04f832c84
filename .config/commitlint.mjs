/** Conventional Commits, with the subject as short as `git log --oneline` shows it. */
export default {
  extends: ['@commitlint/config-conventional'],
  rules: {
    'header-max-length': [2, 'always', 72],
    // Class and option names begin a subject as they are written in the code.
    'subject-case': [0],
    'body-max-line-length': [0],
    'footer-max-line-length': [0],
  },
};
