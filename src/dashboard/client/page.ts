/** The script of the page of one application. */
import { start } from '../../page/client/live-page.js';

start();
