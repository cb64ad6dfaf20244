// Reads mails as postal-mime does: a JSON list of mails in base64 comes in, what it reads goes out.
import PostalMime from "postal-mime";

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const mails = JSON.parse(Buffer.concat(chunks).toString());
const read = [];
for (const mail of mails) {
  const { subject, from, headers } = await PostalMime.parse(Buffer.from(mail, "base64"));
  read.push({ subject, from: from?.name ?? "", headers: headers.map(({ key }) => key) });
}
process.stdout.write(JSON.stringify(read));
